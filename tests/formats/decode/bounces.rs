//! Hard or soft, as each provider says it: what its webhook carries, passed on as the properties of an `Email Bounced`.

use super::{EMAIL, decode_on, track};
use leadstream::domain::names::Kind;

const HARD: &[(&str, &str)] = &[
    (
        "ses",
        r#"{"notificationType":"Bounce","bounce":{"bounceType":"Permanent","bounceSubType":"General","bouncedRecipients":[{"emailAddress":"kim@mail.example","status":"5.1.1"}]},"mail":{"messageId":"0100"}}"#,
    ),
    ("ses, flat", r#"{"bounceType":"Permanent","bounceSubType":"NoEmail"}"#),
    ("ses, suppressed", r#"{"bounce":{"bounceType":"Permanent","bounceSubType":"OnAccountSuppressionList"}}"#),
    (
        "sendgrid",
        r#"{"event":"bounce","type":"bounce","status":"5.1.1","reason":"550 5.1.1 The email account that you tried to reach does not exist"}"#,
    ),
    ("sendgrid, reason only", r#"{"event":"bounce","type":"bounce","reason":"500 unknown recipient 5.0.0"}"#),
    (
        "mailgun",
        r#"{"event":"failed","severity":"permanent","reason":"bounce","delivery-status":{"code":550,"message":"no such user"}}"#,
    ),
    ("mailgun, status only", r#"{"event":"failed","delivery-status":{"code":550,"message":"5.1.1 no such user"}}"#),
    (
        "postmark",
        r#"{"RecordType":"Bounce","Type":"HardBounce","TypeCode":1,"Description":"The server was unable to deliver your message"}"#,
    ),
    ("postmark, code only", r#"{"TypeCode":100000}"#),
    (
        "mandrill",
        r#"{"event":"hard_bounce","msg":{"state":"bounced","bounce_description":"bad_mailbox","diag":"smtp;550 5.1.1"}}"#,
    ),
    ("sparkpost", r#"{"type":"bounce","bounce_class":"10","error_code":"550","raw_reason":"550 5.1.1 no such user"}"#),
    ("sparkpost, number", r#"{"type":"bounce","bounce_class":30}"#),
    ("brevo", r#"{"event":"hard_bounce","reason":"server is down"}"#),
    ("klaviyo", r#"{"Bounce Type":"Hard"}"#),
    ("hubspot", r#"{"type":"BOUNCE","category":"UNKNOWN_USER","status":"5.1.1"}"#),
    ("iterable", r#"{"recipientState":"HardBounce"}"#),
    ("mailjet", r#"{"event":"bounce","hard_bounce":true,"error":"user unknown"}"#),
    ("resend", r#"{"bounce":{"type":"Permanent","subType":"Suppressed","message":"on the list"}}"#),
    ("customer.io", r#"{"failure_message":"550 5.1.1 user unknown"}"#),
    ("segment", r#"{"email_id":"e-1","bounce_type":"hard"}"#),
    ("a word for yes", r#"{"permanent":true}"#),
    ("another", r#"{"isHardBounce":"true"}"#),
    ("powermta", r#"{"dsnStatus":"5.1.1 (bad destination mailbox address)","bounceCat":"bad-mailbox"}"#),
    ("a reason under another name", r#"{"bounce_reason":"550 5.1.1 no such user"}"#),
    ("mailgun, as it comes", r#"{"event-data":{"event":"failed","severity":"permanent","delivery-status":{"code":605}}}"#),
    ("mailgun, as it comes, by code", r#"{"event-data":{"delivery-status":{"code":550,"message":"5.1.1 no such user"}}}"#),
    ("sparkpost, as it comes", r#"{"msys":{"message_event":{"type":"bounce","bounce_class":"10"}}}"#),
    ("sendgrid, not sent any more", r#"{"reason":"Bounced Address"}"#),
    ("ses, recipients alone", r#"{"bounce":{"bouncedRecipients":[{"emailAddress":"kim@mail.example","status":"5.1.1"}]}}"#),
];

const SOFT: &[(&str, &str)] = &[
    ("ses", r#"{"bounce":{"bounceType":"Transient","bounceSubType":"MailboxFull","bouncedRecipients":[{"status":"5.2.2"}]}}"#),
    ("ses, undetermined", r#"{"bounce":{"bounceType":"Undetermined","bounceSubType":"Undetermined"}}"#),
    ("sendgrid, blocked", r#"{"event":"bounce","type":"blocked","status":"5.7.1","reason":"550 5.7.1 blocked"}"#),
    ("sendgrid, full", r#"{"event":"bounce","type":"bounce","status":"5.2.2","reason":"552 5.2.2 mailbox full"}"#),
    ("sendgrid, says neither", r#"{"event":"bounce","type":"bounce"}"#),
    (
        "mailgun",
        r#"{"event":"failed","severity":"temporary","reason":"generic","delivery-status":{"code":452,"message":"mailbox full"}}"#,
    ),
    ("mailgun, with a hard status", r#"{"event":"failed","severity":"temporary","delivery-status":{"code":550}}"#),
    ("postmark", r#"{"Type":"SoftBounce","TypeCode":4096}"#),
    ("postmark, dns", r#"{"Type":"DnsError","TypeCode":256}"#),
    ("mandrill", r#"{"event":"soft_bounce","msg":{"state":"soft-bounced","bounce_description":"mailbox_full"}}"#),
    ("sparkpost", r#"{"type":"bounce","bounce_class":"20","error_code":"550"}"#),
    ("brevo", r#"{"event":"soft_bounce"}"#),
    ("klaviyo", r#"{"Bounce Type":"Soft"}"#),
    ("hubspot", r#"{"type":"BOUNCE","category":"MAILBOX_FULL","status":"4.2.2"}"#),
    ("mailjet", r#"{"event":"bounce","hard_bounce":false}"#),
    ("a word for no", r#"{"permanent":false,"reason":"550 5.1.1"}"#),
    ("powermta", r#"{"dsnStatus":"4.4.1 (no answer from host)"}"#),
    ("a reason under another name", r#"{"bounce_reason":"452 4.2.2 mailbox full"}"#),
    ("mailgun, as it comes", r#"{"event-data":{"event":"failed","severity":"temporary","delivery-status":{"code":550}}}"#),
    ("sparkpost, as it comes", r#"{"msys":{"message_event":{"bounce_class":"22"}}}"#),
    ("sendgrid, not sent for another reason", r#"{"reason":"Spam Content (if spam checker app enabled)"}"#),
    ("a status alone", r#"{"status":"4.2.2"}"#),
    ("a mailer's own words", r#"{"reason":"something went wrong","type":"transactional","status":"bounced"}"#),
    ("broken", r#"{"bounce":[1,2],"type":{"a":1},"status":null,"reason":17}"#),
    ("nothing", "{}"),
];

#[test]
fn every_provider_is_understood() {
    for (kind, cases) in [(Kind::HardBounce, HARD), (Kind::SoftBounce, SOFT)] {
        for (provider, properties) in cases {
            let event = track("Email Bounced", properties);
            let event = decode_on(EMAIL, &event);
            assert_eq!((event.kind, event.broken_fields), (kind, 0), "{provider}: {properties}");
        }
    }
}

#[test]
fn these_names_mean_nothing_in_other_events() {
    for name in ["Order Completed", "Email Delivered", "page", "Refund Failed"] {
        let properties = r#"{"type":"hard","status":"5.1.1","severity":"permanent","reason":"550","code":550,"order_id":"o-1"}"#;
        let event = track(name, properties);
        let event = decode_on(EMAIL, &event);
        assert!(!matches!(event.kind, Kind::HardBounce | Kind::SoftBounce) && event.broken_fields == 0, "{name}");
    }
}
