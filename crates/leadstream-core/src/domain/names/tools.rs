//! The tool that an event comes from, in front of its name: `HubSpot Form Submitted`, `Zoom Webinar Attended`, `Marketing Email Opened`.

/// Tools of marketing and sales, and the two words by which they tell their mails apart, as normal forms. None of them is a shop: what one
/// says of a cart or an order the shop says itself.
const TOOLS: [&str; 36] = [
    "hubspot",
    "marketo",
    "pardot",
    "eloqua",
    "salesforce",
    "sfdc",
    "pipedrive",
    "zoho",
    "dynamics",
    "calendly",
    "chilipiper",
    "savvycal",
    "drift",
    "intercom",
    "qualified",
    "zendesk",
    "zoom",
    "gotowebinar",
    "livestorm",
    "on24",
    "linkedin",
    "facebook",
    "outreach",
    "salesloft",
    "apollo",
    "docusign",
    "pandadoc",
    "hellosign",
    "typeform",
    "mailchimp",
    "klaviyo",
    "braze",
    "iterable",
    "activecampaign",
    "marketing",
    "sales",
];

/// Shortest normal form that is a name without its tool: "Lead" and "Contact" alone mean too much.
const MIN_BYTES: usize = 8;

/// What stands behind the tool in a normal form.
#[must_use]
pub fn without_tool(normal: &str) -> Option<&str> {
    TOOLS.iter().find_map(|tool| normal.strip_prefix(tool)).filter(|rest| rest.len() >= MIN_BYTES)
}
