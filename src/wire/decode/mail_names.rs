//! Where mail events say which mail they are about.

use super::fields::{CONTEXT, PROPERTIES};

/// Place and name, and which name of [`MailNames`](crate::domain::mail::MailNames) it is.
pub(super) const MAIL_NAMES: [(u16, &str, u8); 17] = [
    (PROPERTIES, "email_id", 0),
    (PROPERTIES, "mail_id", 0),
    (PROPERTIES, "campaign_id", 1),
    (PROPERTIES, "campaign.id", 1),
    (PROPERTIES, "email_campaign_id", 1),
    (PROPERTIES, "flow_id", 1),
    (PROPERTIES, "campaign_name", 2),
    (PROPERTIES, "campaign.name", 2),
    (PROPERTIES, "campaign", 2),
    (PROPERTIES, "email_campaign_name", 2),
    (PROPERTIES, "flow_name", 2),
    (PROPERTIES, "email_name", 2),
    (CONTEXT, "campaign.name", 2),
    (PROPERTIES, "template_id", 3),
    (PROPERTIES, "template_name", 3),
    (PROPERTIES, "template", 3),
    (PROPERTIES, "email_subject", 3),
];
