//! What teams call their events: the synonyms of the dictionary.

/// What teams call it: names of the Segment B2B spec, of CRMs and marketing tools (`HubSpot`, Salesforce, Pardot, Marketo), of GA4 and of
/// advertising pixels, and plain usage. An event with such a name is the canonical one, unless a loaded model names it in its own words.
/// A bar parts them. A name that stands in several rows is the first of them that a loaded model names.
pub const USUAL: &[(&str, &str)] = &[
    (
        "Demo Requested",
        "Demo Request|Request Demo|Request a Demo|Requested Demo|Requested a Demo|Demo Booked|Book Demo|Book a Demo|\
         Booked Demo|Booked a Demo|Demo Scheduled|Schedule Demo|Schedule a Demo|Scheduled Demo|Scheduled a Demo|\
         Demo Form Submitted|Demo Request Submitted|Demo Requested Form|Demo Signup|Get a Demo|Watch Demo Requested|\
         Demo Form Completed|Live Demo Requested",
    ),
    (
        "Demo Attended",
        "Demo Completed|Demo Held|Demo Given|Attended Demo|Attended a Demo|Completed Demo|Demo Done|Demo Conducted",
    ),
    ("Webinar Attended", "Demo Attended|Demo Completed|Demo Held|Demo Given|Attended Demo|Demo Conducted"),
    (
        "Quote Requested",
        "Quote Request|Request Quote|Request a Quote|Requested Quote|Requested a Quote|Get a Quote|Quote Form Submitted|\
         Quotation Requested|RFQ Submitted|RFP Submitted|RFP Received|Price Quote Requested|Pricing Requested|\
         Request Pricing|Requested Pricing|Offer Requested|Proposal Requested|Request Proposal|Estimate Requested|\
         Custom Quote Requested|Pricing Request Submitted",
    ),
    (
        "Contact Requested",
        "Contact Sales|Contacted Sales|Contact Us|Contacted Us|Contact Sales Clicked|Contact Sales Submitted|\
         Contact Form Submitted|Contact Form Completed|Contact Us Submitted|Contact Us Form Submitted|Contact Submitted|\
         Talk to Sales|Talk to an Expert|Sales Contacted|Sales Inquiry|Sales Inquiry Submitted|Inquiry Submitted|\
         Enquiry Submitted|Contact Request|Contact Request Submitted|Contact",
    ),
    (
        "Callback Requested",
        "Callback Request|Call Back Requested|Request Callback|Requested Callback|Requested a Callback|Call Requested|\
         Call Me Back",
    ),
    (
        "Contact Requested",
        "Callback Requested|Callback Request|Call Back Requested|Request Callback|Requested Callback|Call Requested",
    ),
    (
        "Demo Requested",
        "Contact Requested|Contact Us Form Submitted|Contact Form Completed|Contact Sales|\
         Contacted Sales|Contact Us|Contact Form Submitted|Contact Us Submitted|\
         Talk to Sales|Sales Inquiry Submitted|Callback Requested|Call Back Requested|Request Callback|Quote Requested|\
         Request Quote|Request a Quote|Requested a Quote|Pricing Requested|Proposal Requested|RFQ Submitted|RFP Submitted|\
         Meeting Booked|Meeting Scheduled|Call Booked|Call Scheduled|Discovery Call Booked|Consultation Booked|Schedule",
    ),
    (
        "Meeting Booked",
        "Meeting Scheduled|Meeting Created|Meeting Requested|Book Meeting|Book a Meeting|Booked Meeting|Booked a Meeting|\
         Schedule Meeting|Schedule a Meeting|Scheduled Meeting|Scheduled a Meeting|Call Booked|Call Scheduled|\
         Discovery Call Booked|Discovery Call Scheduled|Consultation Booked|Consultation Requested|Consultation Scheduled|\
         Appointment Booked|Appointment Scheduled|Intro Call Booked|Calendly Event Scheduled|Invitee Created|Schedule",
    ),
    (
        "Meeting Attended",
        "Meeting Held|Meeting Completed|Call Completed|Call Held|Attended Meeting|Attended a Meeting|\
         Discovery Call Completed|Discovery Call Held|Sales Call Completed|Call Connected",
    ),
    ("Meeting Booked", "Meeting Attended|Meeting Held|Meeting Completed|Call Completed|Call Held|Discovery Call Completed"),
    (
        "Meeting Cancelled",
        "Meeting Canceled|Cancelled Meeting|Canceled Meeting|Appointment Cancelled|Appointment Canceled|Call Cancelled|\
         Demo Cancelled|Demo Canceled|Invitee Canceled|Meeting No-Show|Demo No-Show",
    ),
    (
        "Trial Started",
        "Free Trial Started|Trial Signup|Trial Sign Up|Trial Signed Up|Free Trial Signup|Free Trial Sign Up|\
         Signed Up for Trial|Started Trial|Start Trial|Start Free Trial|Started Free Trial|Trial Created|Trial Begun|\
         Trial Begins|Trial Requested|Free Trial Requested|Trial Account Created|Product Trial Started|Freemium Signup|\
         Pilot Started|POC Started|Proof of Concept Started|Sandbox Created|Trial Registration",
    ),
    (
        "Trial Activated",
        "Trial Activation|Activated Trial|Activated|User Activated|Account Activated|Activation|Aha Moment Reached",
    ),
    ("Onboarding Completed", "Trial Activated|Activated|User Activated|Account Activated|Aha Moment Reached"),
    ("Trial Ended", "Trial Expired|Free Trial Ended|Free Trial Expired|Ended Trial|Trial Cancelled|Trial Canceled|Trial Over"),
    (
        "Signed Up",
        "Sign Up|User Signed Up|Signup|Signup Completed|Sign Up Completed|Completed Signup|Completed Sign Up|\
         Registration Completed|Completed Registration|Complete Registration|Registered|User Registered|\
         Account Registered|User Created|New User|Signup Success|Sign Up Form Submitted|Account Created|Created Account|\
         Account Signup|Account Opened|Free Account Created|Workspace Created|Created Workspace|Organization Created|\
         Team Created",
    ),
    (
        "Account Created",
        "Created Account|Account Signup|Account Opened|Free Account Created|Workspace Created|Organization Created",
    ),
    ("Signed In", "Logged In|User Logged In|User Signed In|Sign In|Log In|Session Authenticated|Login Success"),
    (
        "Form Submitted",
        "Form Submission|Submitted Form|Submit Form|Form Completed|Completed Form|Form Filled|Form Filled Out|\
         Filled Out Form|Fill Out Form|Form Submit|Lead Form Submitted|Lead Submitted|Lead Captured|Lead Generated|\
         Generate Lead|Lead|HubSpot Form Submitted|Marketo Form Submitted|Landing Page Form Submitted|\
         Gated Content Unlocked",
    ),
    ("Contact Requested", "Form Submitted|Form Submission|Submitted Form|Form Completed|Lead Form Submitted|Generate Lead|Lead"),
    (
        "Guide Downloaded",
        "eBook Downloaded|E-Book Downloaded|Ebook Download|Downloaded eBook|Downloaded an eBook|Guide Download|\
         Downloaded Guide|Content Downloaded|Content Download|Downloaded Content|Resource Downloaded|Resource Download|\
         Asset Downloaded|Brochure Downloaded|Checklist Downloaded|Template Downloaded|Report Downloaded|PDF Downloaded|\
         File Downloaded|File Download|Downloaded File|Toolkit Downloaded|Datasheet Downloaded|Data Sheet Downloaded|\
         Document Downloaded|Case Study Downloaded|Downloaded Case Study|Buyers Guide Downloaded|Slides Downloaded|\
         Infographic Downloaded|Playbook Downloaded|Benchmark Downloaded",
    ),
    (
        "White Paper Downloaded",
        "Whitepaper Download|White Paper Download|Downloaded White Paper|Downloaded a White Paper|White Paper Requested|\
         WP Downloaded",
    ),
    ("White Paper Read", "White Paper Completed|White Paper Finished|Read White Paper|eBook Read|Guide Read"),
    (
        "Webinar Registered",
        "Webinar Registration|Registered for Webinar|Registered for a Webinar|Register for Webinar|Webinar Signup|\
         Webinar Sign Up|Webinar Signed Up|Signed Up for Webinar|Webinar Registration Completed|Webinar Form Submitted",
    ),
    (
        "Webinar Attended",
        "Webinar Joined|Joined Webinar|Attended Webinar|Attended a Webinar|Webinar Attendance|Webinar Watched|\
         Watched Webinar|Webinar Viewed|Webinar Completed|Webinar Replay Watched|On-Demand Webinar Watched|\
         Webinar Recording Watched",
    ),
    ("Webinar Attended", "Webinar Registered|Webinar Registration|Registered for Webinar|Webinar Signup"),
    (
        "Event Registered",
        "Event Registration|Registered for Event|Event Signup|Event RSVP|Workshop Registered|Conference Registered",
    ),
    (
        "Event Attended",
        "Attended Event|Event Attendance|Event Checked In|Event Check-In|Tradeshow Attended|Trade Show Attended|\
         Conference Attended|Workshop Attended|Booth Visited|Badge Scanned",
    ),
    ("Webinar Registered", "Event Registered|Event Registration|Registered for Event|Workshop Registered"),
    ("Webinar Attended", "Event Attended|Attended Event|Workshop Attended|Conference Attended|Tradeshow Attended|Booth Visited"),
    (
        "Pricing Viewed",
        "Pricing Page Viewed|Pricing Page View|Viewed Pricing|Viewed Pricing Page|Visited Pricing Page|\
         Pricing Page Visited|Pricing Visited|Pricing Clicked|Plans Viewed|Viewed Plans|Plan Viewed|Prices Viewed|\
         Pricing Calculator Used|ROI Calculator Used|ROI Calculator Completed|Price Calculator Used",
    ),
    (
        "Price Checked",
        "Pricing Viewed|Pricing Page Viewed|Viewed Pricing|Viewed Pricing Page|Visited Pricing Page|Plans Viewed|\
         Pricing Calculator Used|ROI Calculator Used",
    ),
    (
        "Case Study Viewed",
        "Viewed Case Study|Case Study Read|Read Case Study|Case Study Opened|Customer Story Viewed|Customer Story Read|\
         Success Story Viewed|Testimonial Viewed|Reference Viewed",
    ),
    (
        "Reviews Viewed",
        "Review Viewed|Viewed Reviews|Reviews Read|Read Reviews|Ratings Viewed|Case Study Viewed|Viewed Case Study|\
         Case Study Read|Customer Story Viewed|Testimonial Viewed",
    ),
    (
        "Video Watched",
        "Video Viewed|Watched Video|Video Completed|Video Playback Completed|Video Complete|Product Video Watched|\
         Demo Video Watched|Demo Video Viewed|Product Tour Completed|Product Tour Viewed|Tour Completed|Podcast Listened",
    ),
    (
        "Chat Started",
        "Live Chat Started|Chat Conversation Started|Started Chat|Conversation Started|Live Chat Conversation Started|\
         Chat Message Sent|Chatbot Conversation Started|Chat Initiated|Drift Conversation Started",
    ),
    (
        "Products Compared",
        "Compared Products|Product Compared|Comparison Viewed|Comparison Page Viewed|Competitor Comparison Viewed|\
         Plans Compared|Features Compared",
    ),
    (
        "Proposal Viewed",
        "Viewed Proposal|Proposal Opened|Opened Proposal|Quote Viewed|Viewed Quote|Quote Opened|Offer Viewed|\
         Document Viewed|Proposal Reviewed",
    ),
    (
        "Proposal Shared",
        "Quote Shared|Shared Quote|Shared Proposal|Proposal Forwarded|Quote Forwarded|Offer Shared|Business Case Shared|\
         Pricing Shared|Document Shared",
    ),
    (
        "Approval Given",
        "Approved|Quote Approved|Proposal Approved|Proposal Accepted|Quote Accepted|Budget Approved|Purchase Approved|\
         Legal Approved|Legal Review Completed|Security Review Completed|Security Review Passed|Procurement Approved|\
         Contract Approved|Verbal Commitment|Verbal Agreement",
    ),
    (
        "Price Negotiated",
        "Negotiation Started|Negotiations Started|Price Negotiation Started|Discount Requested|Contract Negotiated|\
         Contract Negotiation Started|Terms Negotiated|Contract Requested|Contract Redlined",
    ),
    (
        "Security Review Started",
        "Security Review Requested|Security Questionnaire Sent|Security Questionnaire Requested|Vendor Assessment Started|\
         Legal Review Started|Procurement Started|Compliance Review Started|Trust Center Viewed",
    ),
    ("Reference Requested", "Customer Reference Requested|Reference Call Requested|Reference Call Booked|Requested Reference"),
    ("Reference Given", "Testimonial Given|Testimonial Submitted|Case Study Agreed|Reference Call Given|Became Reference"),
    (
        "Lead Won",
        "Deal Won|Won Deal|Deal Closed Won|Closed Won|Closed Won Deal|Opportunity Won|Won Opportunity|Opportunity Closed Won",
    ),
    (
        "Lead Lost",
        "Deal Lost|Lost Deal|Deal Closed Lost|Closed Lost|Closed Lost Deal|Opportunity Lost|Lost Opportunity|\
         Opportunity Closed Lost",
    ),
    (
        "Contract Signed",
        "Signed Contract|Contract Won|Contract Closed|Agreement Signed|Signed Agreement|Proposal Signed|Quote Signed|\
         Order Form Signed|SOW Signed|DocuSign Completed|Envelope Completed|Customer Won|Sale Closed|Deal Signed|\
         Became Customer|Customer Created|Contract Executed|Purchase Order Received|PO Received",
    ),
    (
        "Lead Accepted",
        "Opportunity Created|Created Opportunity|Opportunity Opened|Sales Accepted Lead|Lead Converted|SQL Created",
    ),
    (
        "Subscription Started",
        "Subscription Created|Started Subscription|Subscription Activated|Subscription Purchased|Customer Subscribed|\
         Paid Plan Started|Plan Purchased|Converted to Paid|Trial Converted|Subscription Begun|Contract Signed|\
         Signed Contract",
    ),
    (
        "Contract Signed",
        "Subscription Started|Subscription Created|Subscription Activated|Subscription Purchased|Converted to Paid|\
         Trial Converted|Plan Purchased",
    ),
    (
        "Subscription Cancelled",
        "Subscription Canceled|Cancelled Subscription|Canceled Subscription|Subscription Ended|Subscription Expired|\
         Churned|Customer Churned|Account Cancelled|Account Canceled|Account Deleted|Plan Cancelled|Plan Canceled|\
         Contract Terminated",
    ),
    ("Subscription Renewed", "Renewed Subscription|Contract Renewed|Renewal Signed|Renewed|Account Renewed|Renewal Completed"),
    (
        "Plan Upgraded",
        "Upgraded Plan|Plan Upgrade|Account Upgraded|Subscription Upgraded|Upgraded|Upgrade Completed|Add-On Purchased|\
         Upsell Won|Subscription Renewed|Contract Renewed|Renewal Signed",
    ),
    ("Plan Downgraded", "Downgraded Plan|Plan Downgrade|Account Downgraded|Subscription Downgraded|Downgraded"),
    (
        "Seats Added",
        "Seat Added|Added Seats|Licenses Added|Licences Added|Users Added|Account Added User|Seats Purchased|License Added",
    ),
    (
        "Friend Referred",
        "Referral Sent|Referral Made|Referral Submitted|Referred a Friend|Refer a Friend|Friend Invited|Invited a Friend|\
         Invite Friends|Customer Referred|Lead Referred|Share Invite",
    ),
    (
        "Invite Sent",
        "Invited User|User Invited|Invited Users|Teammate Invited|Team Member Invited|Invited Teammate|Invitation Sent|\
         Colleague Invited|Invited Colleague|Member Invited|Team Invited|Friend Referred|Referral Sent|Referral Made|\
         Referral Submitted|Referred a Friend|Refer a Friend|Friend Invited|Invited a Friend|Invite Friends|\
         Customer Referred|Lead Referred|Share Invite",
    ),
    (
        "Onboarding Completed",
        "Completed Onboarding|Onboarding Finished|Finished Onboarding|Onboarding Complete|Setup Completed|Completed Setup|\
         Implementation Completed|Went Live|Go-Live Completed|Integration Connected|Integration Added|Kickoff Completed",
    ),
    (
        "Feature Used",
        "Used Feature|Feature Activated|Feature Adopted|Feature Clicked|Key Feature Used|Project Created|Report Created|\
         Dashboard Viewed|API Key Created|Integration Connected",
    ),
    ("Signed In", "Feature Used|Used Feature|Key Feature Used|Project Created|Report Created|Dashboard Viewed"),
    (
        "Support Ticket Solved",
        "Support Ticket Resolved|Ticket Resolved|Ticket Solved|Support Ticket Closed|Ticket Closed|Case Closed|\
         Support Case Closed|Issue Resolved|Support Request Resolved",
    ),
    (
        "Survey Answered",
        "Survey Completed|Survey Submitted|Completed Survey|Survey Response|Survey Response Submitted|NPS Submitted|\
         NPS Answered|NPS Survey Completed|NPS Response|Feedback Submitted|Poll Answered|Quiz Completed",
    ),
    (
        "Subscribed",
        "Newsletter Subscribed|Newsletter Signup|Newsletter Sign Up|Newsletter Signed Up|Subscribed to Newsletter|\
         Newsletter Subscription|Blog Subscribed|Subscribed to Blog|Newsletter Joined|Newsletter Opt-In",
    ),
    (
        "Product Reviewed",
        "Review Submitted|Submitted Review|Review Written|Wrote Review|Review Posted|Review Left|Product Rated|\
         Rated Product|G2 Review Submitted|Review Added",
    ),
    (
        "Loyalty Programme Joined",
        "Loyalty Program Joined|Joined Loyalty Program|Loyalty Signup|Loyalty Enrolled|Rewards Joined|Club Joined|\
         Member Enrolled",
    ),
    ("Competitor Signed", "Chose Competitor|Lost to Competitor|Competitor Chosen|Competitor Won|Signed with Competitor"),
    ("Feature Missing", "Missing Feature|Feature Gap|Feature Gap Reported|Missing Feature Reported"),
    (
        "Demo Requested",
        "Asked for Demo|Asked for a Demo|Ask for Demo|Demo Asked|Demo vereinbart|Demo angefordert|Demo angefragt|\
         Demo Call Booked",
    ),
    ("Quote Requested", "Angebot angefordert|Angebot angefragt|Angebotsanfrage|Demande de devis"),
    (
        "Contact Requested",
        "Contact Us Form|Contact Form|Contact Sales Form|Contact Sales Form Submitted|Contact Sales Form Completed|Contact Us Form Filled|\
         Contact Form Filled|Sales Form Submitted|Anfrage gesendet|Kontaktanfrage|Kontaktformular gesendet|Demande de contact",
    ),
    ("Meeting Booked", "invitee.created|Invitee Scheduled|Meeting Link Booked|Termin gebucht"),
    ("Demo Requested", "invitee.created|Contact Us Form|Contact Sales Form Submitted|Contact Form"),
    ("Meeting Cancelled", "invitee.canceled|invitee_no_show.created|Demo Did Not Attend"),
    (
        "Form Submitted",
        "Fills Out Form|Fills Out a Form|Fill Out a Form|Form Fill|Form Fills|Form Fill Out|Filled Form|Lead Gen Form Submitted|\
         Lead Gen Form|Lead Ad Submitted|Submits Form",
    ),
    ("Contact Requested", "Contact Us Form Fill|Fills Out Form|Form Fill|Lead Gen Form Submitted"),
    (
        "Guide Downloaded",
        "Gated Content Download|Gated Content Downloaded|Gated Asset Downloaded|ROI Report Downloaded|Download Content",
    ),
    (
        "Webinar Registered",
        "Registered Webinar|Register Webinar|Registers for Webinar|Webinar Registrant Added|Webinar Registrant Created",
    ),
    ("Webinar Attended", "Attend Webinar|Attends Webinar|Has Attended Webinar|Webinar Participant Joined"),
    ("Event Registered", "Event: Registered|Register for Event|Registers for Event"),
    (
        "Event Attended",
        "Attend Event|Attends Event|Has Attended Event|Event: Attended|Event Visited|Booth Visit|Visited Booth|Business Card Scanned|\
         Badge Scan|Tradeshow Visited",
    ),
    ("Webinar Attended", "Attend Event|Attends Event|Has Attended Event|Booth Visit|Business Card Scanned"),
    ("Email Opened", "Open Email|Opens Email|Opens an Email"),
    (
        "Email Link Clicked",
        "Click Email|Clicks Email|Clicks Link in Email|Clicked Link in Email|Click Link in Email|Link Clicked in Email",
    ),
    ("Video Watched", "Interactive Demo Viewed|Interactive Demo Completed|Watches Video|Watch Video|Product Tour Started"),
    ("Products Compared", "Compared Plans|Compare Plans|Compared Features|Comparison Used|Alternatives Viewed"),
    (
        "Security Review Started",
        "Legal Review|Security Review|Security Questionnaire Received|Procurement Review Started|Vendor Review Started",
    ),
    (
        "Contract Signed",
        "MSA Signed|Signed MSA|Master Service Agreement Signed|Master Services Agreement Signed|E-Signature Completed|eSignature Completed|\
         Envelope Signed|Vertrag unterschrieben",
    ),
    ("Subscription Started", "MSA Signed|E-Signature Completed|Envelope Completed"),
    ("Lead Accepted", "Sales Accepted|Lead Accepted by Sales"),
    (
        "Lead Disqualified",
        "Disqualified|Unqualified|Bad Fit|Disqualified Lead|Lead Unqualified|Marked Unqualified|Marked as Unqualified|Contact Disqualified|\
         Prospect Disqualified|Not a Fit",
    ),
    ("Lead Recycled", "Recycled|Recycled Lead|Lead Recycled to Marketing|Returned to Marketing"),
    ("Onboarding Completed", "Go Live|Gone Live|Onboarding Done"),
    ("Invite Sent", "Referral Made"),
    ("Reference Given", "Referral Made"),
];
