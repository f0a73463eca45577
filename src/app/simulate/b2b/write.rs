//! Events of the market as Segment JSON. No chance in here: what varies comes from numbers.

use super::super::json_writer::{Dates, Stamp, number, pad, uuid};
use super::super::record::{Record, Topic};
use super::mailings::mailing_of;
use super::names::slug;
use super::people::{Company, Kind, Mail, Person};
use super::what::{Call, Mailing, Props, What};

/// Whose event it is.
pub(super) struct Who<'a> {
    pub number: u32,
    pub person: &'a Person,
    pub company: &'a Company,
}

/// Name, source, medium.
const CAMPAIGNS: [[&str; 3]; 4] = [
    ["brand-search", "google", "cpc"],
    ["it-leaders", "linkedin", "paid-social"],
    ["partner-portal", "partner", "referral"],
    ["industry-newsletter", "trade-press", "display"],
];
const AGENTS: [&str; 4] = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
];
const ROBOT: &str = "Mozilla/5.0 (compatible; SiteAuditBot/1.1; +https://crawler.example/bot)";

/// The members of one JSON object, one after the other.
struct Object<'a> {
    out: &'a mut Vec<u8>,
    first: bool,
}

impl<'a> Object<'a> {
    fn open(out: &'a mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, first: true }
    }

    fn close(self) {
        self.out.push(b'}');
    }

    fn key(&mut self, key: &str) -> &mut Vec<u8> {
        if !std::mem::take(&mut self.first) {
            self.out.push(b',');
        }
        self.out.push(b'"');
        self.out.extend_from_slice(key.as_bytes());
        self.out.extend_from_slice(b"\":");
        self.out
    }

    /// Texts here hold neither quotes nor control characters.
    fn text(&mut self, key: &str, text: &str) {
        let out = self.key(key);
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    }

    fn number(&mut self, key: &str, value: u64) {
        number(self.key(key), value);
    }

    /// A sum of whole units: contracts have no cents.
    fn money(&mut self, cents: u64, currency: &str) {
        self.number("value", cents / 100);
        self.text("currency", currency);
    }

    fn object(&mut self, key: &str) -> Object<'_> {
        Object::open(self.key(key))
    }
}

fn user_id(who: &Who<'_>) -> String {
    format!("p-{}", 100_000 + who.number)
}

fn anonymous_id(out: &mut Vec<u8>, who: &Who<'_>, seed: u64) {
    uuid(out, &who.number.to_le_bytes(), seed ^ 0xb2_b0);
}

/// Writes the event; gives the place of `receivedAt` in the value.
pub(super) fn event(
    record: &mut Record,
    stamp: &Stamp,
    who: &Who<'_>,
    what: &What,
    pad_bytes: usize,
    dates: &mut Dates,
) -> usize {
    record.topic = what.topic;
    record.record_ms = stamp.record_ms;
    let key = record.key.get_or_insert_default();
    key.clear();
    if who.person.known {
        key.extend_from_slice(user_id(who).as_bytes())
    } else {
        anonymous_id(key, who, stamp.seed)
    }
    let out = &mut record.value;
    out.clear();
    let mut event = Object::open(out);
    match what.call {
        Call::Page => {
            event.text("type", "page");
            event.text("name", what.name);
        }
        Call::Track => {
            event.text("type", "track");
            event.text("event", what.name);
        }
        Call::Identify => event.text("type", "identify"),
        Call::Group => {
            event.text("type", "group");
            event.text("groupId", &who.company.domain);
        }
    }
    let id = event.key("messageId");
    id.push(b'"');
    uuid(id, &stamp.number.to_le_bytes(), stamp.seed);
    id.push(b'"');
    // Back office and mail service know people by their user id only.
    if what.topic == Topic::Clickstream || !who.person.known {
        let id = event.key("anonymousId");
        id.push(b'"');
        anonymous_id(id, who, stamp.seed);
        id.push(b'"');
    }
    if who.person.known {
        event.text("userId", &user_id(who));
    }
    let time = event.key("timestamp");
    time.push(b'"');
    dates.write(time, stamp.event_ms);
    time.push(b'"');
    let time = event.key("receivedAt");
    time.push(b'"');
    let received_at = time.len();
    dates.write(time, stamp.record_ms);
    time.push(b'"');
    context(event.object("context"), who, what);
    match what.call {
        Call::Identify => traits(event.object("traits"), who, what),
        Call::Group => company_traits(event.object("traits"), who.company),
        Call::Page | Call::Track => properties(event.object("properties"), who, what),
    }
    pad(event.out, pad_bytes);
    event.close();
    received_at
}

fn context(mut context: Object<'_>, who: &Who<'_>, what: &What) {
    let country = who.company.country();
    match what.topic {
        Topic::Clickstream => {
            let mut library = context.object("library");
            library.text("name", "analytics.js");
            library.text("version", "2.11.1");
            library.close();
            let robot = who.company.kind == Kind::Robot;
            context.text("userAgent", if robot { ROBOT } else { AGENTS[who.number as usize % AGENTS.len()] });
            if let Props::Page { campaign: Some(campaign), .. } = what.props {
                let [name, source, medium] = CAMPAIGNS[campaign % CAMPAIGNS.len()];
                let mut campaign = context.object("campaign");
                campaign.text("name", name);
                campaign.text("source", source);
                campaign.text("medium", medium);
                campaign.close();
            }
        }
        Topic::Email | Topic::Cart => {
            let mut integration = context.object("integration");
            integration.text("name", if what.topic == Topic::Email { "mailer" } else { "crm" });
            integration.close();
        }
    }
    context.text("timezone", country.zone);
    context.text("locale", country.locale);
    context.close();
}

fn email(who: &Who<'_>) -> String {
    let (first, last, domain) = (slug(who.person.first_name), slug(who.person.last_name), &who.company.domain);
    match who.company.kind {
        Kind::Buyer | Kind::Rival => {
            // Some addresses have the country in front, and namesakes a number behind.
            let part = if who.company.employees > 2_000 && who.number.is_multiple_of(5) {
                format!("{}.", who.company.country().code.to_lowercase())
            } else {
                String::new()
            };
            let place = who.number - who.company.first;
            let suffix = if place > 5 { place.to_string() } else { String::new() };
            format!("{first}.{last}{suffix}@{part}{domain}")
        }
        _ => format!("{first}.{last}.{}@{domain}", who.number),
    }
}

fn traits(mut traits: Object<'_>, who: &Who<'_>, what: &What) {
    traits.text("email", &email(who));
    traits.text("firstName", who.person.first_name);
    traits.text("lastName", who.person.last_name);
    traits.text(["job_title", "jobTitle", "title", "title", "title", "title"][who.number as usize % 6], who.person.title);
    // People write their company's name as they like.
    let company = &who.company.name;
    match who.number % 4 {
        0 => traits.text("company", &format!("{company} {}", who.company.country().legal_form)),
        1 => traits.text("company", &company.to_uppercase()),
        2 => {}
        _ => traits.text("company", company),
    }
    if let Props::Traits { answers } = what.props {
        for (question, answer) in answers.each() {
            traits.text(question, answer);
        }
    }
    traits.close();
}

fn company_traits(mut traits: Object<'_>, company: &Company) {
    traits.text("name", &company.name);
    traits.text("domain", &company.domain);
    traits.text("industry", company.industry().words[company.word % 2]);
    traits.number("employees", u64::from(company.employees));
    traits.text("country", company.country().code);
    traits.close();
}

fn properties(mut properties: Object<'_>, who: &Who<'_>, what: &What) {
    let currency = who.company.country().currency;
    match what.props {
        Props::None | Props::Traits { .. } => {}
        Props::Page { path, .. } => {
            properties.text("path", path);
            properties.text("url", &format!("https://www.vendor.example{path}"));
            properties.text("title", what.name);
        }
        Props::Title(title) => properties.text("title", title),
        Props::Form(form) => properties.text("form", form),
        Props::Reason(reason) => properties.text("reason", reason),
        Props::Feature(feature) => properties.text("feature", feature),
        Props::Source(source) => properties.text("source", source),
        Props::Contract { number, cents, seats, kind } => {
            properties.text("contract_id", &format!("CT-{}", 10_000 + number));
            properties.text("kind", kind);
            properties.number("seats", u64::from(seats));
            properties.money(cents, currency);
        }
        Props::Order { number, cents } => {
            properties.text("order_id", &format!("SO-{}", 10_000 + number));
            properties.number("total", cents / 100);
            properties.text("currency", currency);
        }
        Props::Seats(seats) => properties.number("seats", u64::from(seats)),
        Props::Rating(rating) => properties.number("rating", u64::from(rating)),
        Props::Ticket(ticket) => properties.text("ticket_id", &format!("T-{}", 10_000 + ticket)),
        Props::Mail(_) => mailing(&mut properties, who, what),
    }
    properties.close();
}

fn mailing(properties: &mut Object<'_>, who: &Who<'_>, what: &What) {
    let (kind, subject, issue) = match mailing_of(what) {
        Some(Mailing::FollowUp(n)) => ("follow-up", "Have you read it?", n),
        Some(Mailing::Newsletter(week)) => ("newsletter", "What we learned this week", week),
        None => return,
    };
    properties.text("email_id", &format!("e-{}-{kind}-{issue}", who.number));
    properties.text("email_subject", subject);
    properties.text("campaign_id", &format!("{kind}-{issue}"));
    properties.text("campaign_name", kind);
    match what.name {
        "Email Link Clicked" => properties.text("link_url", "https://www.vendor.example/blog"),
        "Email Bounced" => properties.text("bounce_type", if who.person.mail == Mail::Stopped { "hard" } else { "soft" }),
        _ => {}
    }
}
