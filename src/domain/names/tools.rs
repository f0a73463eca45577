//! The tool that an event comes from, in front of its name: `HubSpot Form Submitted`, `Zoom Webinar Attended`, `Marketing Email Opened`.

use super::Kind;

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
pub fn without_tool(normal: &str) -> Option<&str> {
    TOOLS.iter().find_map(|tool| normal.strip_prefix(tool)).filter(|rest| rest.len() >= MIN_BYTES)
}

/// Whether a tool may tell of such an event.
#[must_use]
pub fn may_tell(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Page
            | Kind::Site
            | Kind::Mail
            | Kind::HardBounce
            | Kind::SoftBounce
            | Kind::Complained
            | Kind::Unsubscribed
            | Kind::Subscribed
            | Kind::Sales
            | Kind::Contract
            | Kind::Other
    )
}
