//! Scripts of what a prospect does, and what leaves for it, as text that a person can read.
//!
//! A line of a script is `TIME WHAT …`; times count from the start (`1h30m`). `2h < 30m order` is an order that happened at 30
//! minutes and arrived at 2 hours. `behind`, `live` and `virtual` switch the task's mode; `wait` only lets time pass.

use leadstream_core::domain::event::{Channel, Event, OrderStatus, Product, Signals, Value};
use leadstream_core::domain::ids::{hash64, low32};
use leadstream_core::domain::mail::MailNames;
use leadstream_core::domain::member_update::MemberUpdateRecord;
use leadstream_core::domain::member_update::News;
use leadstream_core::domain::model::Models;
use leadstream_core::domain::names::{Flags, Kind, PropertyId, canonical, kind_of_track, pages, ratings};
use leadstream_core::domain::origin::Position;
use leadstream_core::domain::output::{Body, IdentityChanged, Output};
use leadstream_core::domain::state::cart::CartLine;
use leadstream_core::domain::terms::recovery::AttributedBy;
use leadstream_core::domain::terms::trigger::TriggerKind;
use leadstream_core::domain::titles::{OTHER_TITLE, OTHER_TITLE_TRAITS, TITLE_TRAITS};
use leadstream_core::engine::task::{BatchEffects, Mode, ProspectOutput, Task};
use leadstream_core::state_record::StateCodec;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};

/// Start of every script: 2026-03-02T00:00:00Z.
pub const START_MS: i64 = 1_772_409_600_000;

/// The default model with other cart settings (TOML of `[cart]`).
pub fn shop(cart: &str) -> Arc<Models> {
    let text = include_str!("../../../../config/models/ecommerce.toml");
    let (head, _) = text.split_once("\n[cart]").expect("the shipped model has a [cart]");
    model(&format!("{head}\n[cart]\n{cart}\n"))
}

/// The same without its own rules about who is no buyer: `more` has some.
pub fn shop_that_says_who_buys(cart: &str, more: &str) -> Arc<Models> {
    let text = include_str!("../../../../config/models/ecommerce.toml");
    let (head, _) = text.split_once("\n[disqualify]").expect("the shipped model has a [disqualify]");
    model(&format!("{head}\n[cart]\n{cart}\n{more}\n"))
}

/// A model from its text.
pub fn model(text: &str) -> Arc<Models> {
    models(&[text])
}

/// Models from their texts. Each list is compiled once: properties ask for the same one for every case, and its regular expressions take
/// longer than the case.
pub fn models(texts: &[&str]) -> Arc<Models> {
    static COMPILED: Mutex<BTreeMap<Vec<String>, Arc<Models>>> = Mutex::new(BTreeMap::new());
    let key: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
    if let Some(models) = COMPILED.lock().unwrap().get(&key) {
        return Arc::clone(models);
    }
    let models = Arc::new(leadstream_model::from_texts(texts).unwrap_or_else(|faults| panic!("{faults:?}")));
    COMPILED.lock().unwrap().insert(key, Arc::clone(&models));
    models
}

/// One event of a script, owned.
#[derive(Debug, Clone, Default)]
pub struct Did {
    /// Which line it is: stands for the offset.
    pub number: i64,
    pub prospect: String,
    pub time_ms: i64,
    pub record_ms: i64,
    pub name: String,
    pub message_id: Option<String>,
    pub cart_id: Option<String>,
    pub order_id: Option<String>,
    pub has_products: bool,
    /// Id (`A`, with a sku `A/sku`, with a variant `A:variant`) and quantity.
    pub products: Vec<(String, Option<f64>)>,
    /// Prices of products that have their own (`A@50`), in the order of the products.
    pub prices: Vec<Option<f64>>,
    /// EUR where prices are named.
    pub currency: Option<String>,
    pub properties: Vec<(String, String)>,
    pub price: Option<f64>,
    pub value: Option<f64>,
}

impl Did {
    /// The event as the decoder would give it.
    pub fn event(&self, models: &Models) -> Event<'static> {
        let name = models.vocabulary.stands_for(&self.name).unwrap_or_else(|| canonical(&self.name)).to_owned();
        let kind = match name.as_str() {
            // The decoder reads the hardness in the name.
            _ if self.name == "Soft Bounced" => Kind::SoftBounce,
            "page" => Kind::Page,
            "screen" => Kind::Screen,
            "identify" => Kind::Identify,
            "group" => Kind::Group,
            other => models.vocabulary.kind_of_track(other),
        };
        let mut properties: Vec<_> = self
            .properties
            .iter()
            .filter_map(|(key, value)| {
                let value = match value.as_str() {
                    "true" => Value::Bool(true),
                    "false" => Value::Bool(false),
                    text => text.parse().map_or_else(|_| Value::Text(Cow::Owned(text.replace('_', " "))), Value::Number),
                };
                Some((models.vocabulary.property(key).or_else(|| of_title(key, models))?, value))
            })
            .collect();
        properties.extend(self.made().into_iter().filter_map(|(key, value)| Some((models.vocabulary.property(key)?, value))));
        properties.sort_by_key(|(id, _)| *id);
        let identity = self.message_id.clone().unwrap_or_else(|| format!("{self:?}"));
        Event {
            prospect: Cow::Owned(self.prospect.clone()),
            kind,
            name_id: models.vocabulary.name(&name),
            repeat_hash: hash64(format!("{identity}\n{name}").as_bytes()),
            name: Cow::Owned(name),
            time_ms: self.time_ms,
            record_ms: self.record_ms,
            message_id: self.message_id.clone().map(Cow::Owned),
            message_hash: hash64(identity.as_bytes()),
            position: Position { offset: self.number, ..Position::default() },
            on_mail_topic: kind_of_track(&self.name) == Kind::Mail || self.name.starts_with("Soft"),
            cart_id: self.cart_id.clone().map(Cow::Owned),
            order_id: self.order_id.clone().map(Cow::Owned),
            refund_id: self.properties.iter().find(|(key, _)| key == "refund_id").map(|(_, id)| Cow::Owned(id.clone())),
            has_products: self.has_products,
            products_left_out: 0,
            products: self
                .products
                .iter()
                .enumerate()
                .map(|(n, (id, quantity))| {
                    let (id, variant) = id.split_once(':').map_or((id.as_str(), None), |(id, variant)| (id, Some(variant)));
                    let (id, sku) = id.split_once('/').map_or((id, None), |(id, sku)| (id, Some(sku)));
                    Product {
                        id: Cow::Owned(id.to_owned()),
                        sku: sku.map(|sku| Cow::Owned(sku.to_owned())),
                        variant: variant.map(|variant| Cow::Owned(variant.to_owned())),
                        quantity: *quantity,
                        price: self.prices.get(n).copied().flatten().or(self.price),
                        ..Product::default()
                    }
                })
                .collect(),
            value: self.value,
            currency: self.value.or(self.price).map(|_| self.currency.clone().map_or(Cow::Borrowed("EUR"), Cow::Owned)),
            properties: properties.into(),
            signals: self.signals(models),
            broken_fields: 0,
            clamped: false,
            corrected: None,
            ids: None,
            routed: None,
            came_under: None,
            address: None,
        }
    }
}

/// A job title under another of its names, as the decoder finds it.
fn of_title(key: &str, models: &Models) -> Option<PropertyId> {
    let plain = |name: &str| name.replace('_', "").to_lowercase();
    let is_one =
        |names: &[&str]| key.strip_prefix("traits.").is_some_and(|key| names.iter().any(|name| plain(name) == plain(key)));
    let asked = TITLE_TRAITS.iter().find_map(|name| models.vocabulary.property(&format!("traits.{name}")));
    let other = || models.vocabulary.property(&format!("traits.{OTHER_TITLE}"));
    if is_one(&TITLE_TRAITS) { asked } else { other().filter(|_| is_one(&OTHER_TITLE_TRAITS)) }
}

impl Did {
    /// What the decoder makes of several properties.
    fn made(&self) -> Vec<(&'static str, Value<'static>)> {
        let text = |key: &str| self.properties.iter().find(|(k, _)| k == key).map(|(_, value)| value.replace('_', " "));
        let is_view = matches!(self.name.as_str(), "page" | "screen");
        let kind = pages::kind_of(text("path").as_deref(), text("name").as_deref()).filter(|_| is_view);
        let stars =
            text("rating").and_then(|rating| ratings::stars(&rating, text("max_rating").and_then(|best| best.parse().ok())));
        let kind = kind.map(|kind| (pages::PAGE_KIND, Value::Text(Cow::Borrowed(kind))));
        kind.into_iter().chain(stars.map(|stars| (ratings::STARS, Value::Number(stars)))).collect()
    }

    /// How the mail of an event is named.
    fn names(&self) -> MailNames<'static> {
        let mut said = [const { None }; 4];
        let keys = ["mail", "campaign_id", "campaign", "subject"];
        for (key, value) in self.properties.iter().filter(|_| kind_of_track(canonical(&self.name)) == Kind::Mail) {
            if let Some(at) = keys.iter().position(|known| known == key) {
                said[at] = Some(Cow::Owned(value.clone()));
            }
            if key == "trigger_id" && u128::from_str_radix(value, 16).is_err() {
                said[3] = Some(Cow::Owned(value.clone()));
            }
        }
        MailNames::new(said)
    }

    /// What the decoder would see whatever the models name.
    fn signals(&self, models: &Models) -> Signals<'static> {
        let find = |keys: &[&str]| self.properties.iter().find(|(key, _)| keys.contains(&key.as_str())).map(|(_, value)| value);
        let hash = |keys: &[&str]| find(keys).and_then(|value| NonZeroU32::new(low32(hash64(value.as_bytes()))));
        let text = |keys: &[&str]| find(keys).map(|value| Cow::Owned(value.replace('_', " ")));
        Signals {
            email: text(&["traits.email", "email"]),
            user_agent: text(&["agent"]),
            marked: find(&["machine_open", "sg_machine_open", "bot"]).is_some_and(|yes| yes == "true"),
            trigger_id: find(&["trigger_id"]).and_then(|id| u128::from_str_radix(id, 16).ok()),
            mail: hash(&["mail"]),
            names: self.names(),
            link: hash(&["link"]),
            checkout_step: text(&["step"]),
            of_list: find(&["list_id"]).is_some(),
            order_status: match find(&["status"]).map(String::as_str) {
                Some("pending") => OrderStatus::Pending,
                Some("processing") => OrderStatus::Paid,
                Some("failed") => OrderStatus::Failed,
                Some("cancelled") => OrderStatus::Cancelled,
                Some("refunded") => OrderStatus::Refunded,
                Some("partially_refunded") => OrderStatus::PartlyRefunded,
                Some("draft") => OrderStatus::Draft,
                _ => OrderStatus::Unsaid,
            },
            is_part: find(&["partial"]).is_some() || find(&["status"]).is_some_and(|status| status == "partially_refunded"),
            refunded_so_far: find(&["so_far"]).is_some(),
            unwanted: find(&["cancel_reason"]).is_some_and(|reason| reason == "customer"),
            email_is_own: find(&["traits.email", "email"]).is_some(),
            flags: self.flags(models),
            channel: match find(&["channel"]).map(String::as_str) {
                None | Some("email") => Channel::Mail,
                Some("sms" | "push") => Channel::Other,
                Some(_) => Channel::Unknown,
            },
            ip: find(&["ip"]).map(|ip| ip.parse().unwrap()),
            has_user: find(&["user"]).is_some(),
            near: None,
            id_is_address: false,
        }
    }
}

impl Did {
    /// Yes and no at the places where the models look for them.
    fn flags(&self, models: &Models) -> Flags {
        let places = models.vocabulary.flags().paths();
        let bit = |key: &String| places.iter().position(|place| place == key).map_or(0, |at| 1 << at);
        self.properties.iter().fold(Flags::default(), |flags, (key, value)| match value.as_str() {
            "true" => Flags { yes: flags.yes | bit(key), ..flags },
            "false" => Flags { no: flags.no | bit(key), ..flags },
            _ => flags,
        })
    }
}

/// A line of a script.
#[derive(Debug, Clone)]
pub enum Line {
    Event(Box<Did>),
    /// Time passes up to here.
    Until(i64),
    Behind,
    Live(i64),
    Virtual,
    /// The service restarts with this model.
    Restart(usize),
}

pub fn ms(text: &str) -> i64 {
    i64::try_from(humantime::parse_duration(text).unwrap_or_else(|e| panic!("{text}: {e}")).as_millis()).expect("short")
}

/// Reads a script; `;` and line ends part the lines.
pub fn script(text: &str) -> Vec<Line> {
    let texts = text.split([';', '\n']).map(str::trim).filter(|l| !l.is_empty());
    texts.enumerate().flat_map(|(n, l)| lines(n, l)).collect()
}

/// `5m 70x page`: so many of them, half a second apart.
fn lines(number: usize, text: &str) -> Vec<Line> {
    let mut words = text.splitn(3, ' ');
    let (Some(time), Some(Ok(times)), Some(rest)) =
        (words.next(), words.next().and_then(|w| w.strip_suffix('x')).map(str::parse::<i64>), words.next())
    else {
        return vec![line(number, text)];
    };
    let Line::Event(first) = line(number, &format!("{time} {rest}")) else { panic!("{text}: only events come more than once") };
    let one = |n: i64| {
        let id = first.message_id.as_ref().map(|id| format!("{id}-{n}"));
        let (time_ms, record_ms) = (first.time_ms + n * 500, first.record_ms + n * 500);
        Line::Event(Box::new(Did { time_ms, record_ms, message_id: id, ..(*first).clone() }))
    };
    (0..times).map(one).collect()
}

fn line(number: usize, text: &str) -> Line {
    let (time, rest) = text.split_once(' ').unwrap_or((text, "wait"));
    let arrival_ms = START_MS + ms(time);
    let (time_ms, rest) = match rest.trim().strip_prefix("< ") {
        Some(late) => {
            let (time, rest) = late.split_once(' ').expect("ARRIVAL < TIME WHAT");
            (START_MS + ms(time), rest)
        }
        None => (arrival_ms, rest),
    };
    let mut words = rest.split_whitespace();
    let verb = words.next().expect("a verb");
    match verb {
        "wait" => return Line::Until(arrival_ms),
        "behind" => return Line::Behind,
        "live" => return Line::Live(arrival_ms),
        "virtual" => return Line::Virtual,
        "restart" => return Line::Restart(words.next().and_then(|w| w.parse().ok()).unwrap_or(0)),
        _ => {}
    }
    let (name, has_products) = match verb {
        "view" => ("Product Viewed", false),
        "page" => ("page", false),
        "screen" => ("screen", false),
        "add" => ("Product Added", false),
        "remove" => ("Product Removed", false),
        "snapshot" => ("Cart Updated", true),
        "look" => ("Cart Viewed", false),
        "checkout" => ("Checkout Started", false),
        "checkout-with" => ("Checkout Started", true),
        "pay" => ("Payment Info Entered", false),
        "order" => ("Order Completed", true),
        "open" => ("Email Opened", false),
        "click" => ("Email Link Clicked", false),
        "unsubscribe" => ("Unsubscribed", false),
        "subscribe" => ("Subscribed", false),
        "bounce" => ("Email Bounced", false),
        "soft" | "softbounce" => ("Soft Bounced", false),
        "complain" => ("Email Marked as Spam", false),
        "refund" => ("Order Refunded", false),
        "identify" => ("identify", false),
        "group" => ("group", false),
        "delete" => ("User Deleted", false),
        other => (other, false),
    };
    let mut did = Did {
        number: i64::try_from(number).expect("few lines"),
        prospect: "ann".to_owned(),
        time_ms,
        record_ms: arrival_ms,
        name: name.replace('_', " "),
        message_id: Some(format!("m{number}")),
        cart_id: None,
        order_id: None,
        has_products: false,
        products: Vec::new(),
        prices: Vec::new(),
        currency: None,
        properties: Vec::new(),
        price: None,
        value: None,
    };
    for word in words {
        match word.split_once('=') {
            Some(("cart", id)) => did.cart_id = Some(id.to_owned()),
            Some(("order", id)) => did.order_id = Some(id.to_owned()),
            Some(("by", who)) => did.prospect = who.to_owned(),
            Some(("id", id)) => did.message_id = Some(id.to_owned()),
            Some(("currency", c)) => did.currency = Some(c.to_owned()),
            Some(("price", p)) => did.price = p.parse().ok(),
            Some(("value", v)) => did.value = v.parse().ok(),
            // Which group a call is about.
            Some(("of", group)) if verb == "group" => did.properties.push(("groupId".to_owned(), group.to_owned())),
            // What identify and group calls carry are traits.
            Some((key, value)) if matches!(verb, "identify" | "group") => {
                did.properties.push((format!("traits.{key}"), value.to_owned()));
            }
            Some((key, value)) => did.properties.push((key.to_owned(), value.to_owned())),
            None => {
                let (word, price) = word.split_once('@').map_or((word, None), |(word, price)| (word, price.parse().ok()));
                did.prices.push(price);
                let (id, quantity) = word.split_once('*').map_or((word, None), |(id, q)| (id, q.parse().ok()));
                did.products.push((id.to_owned(), quantity));
            }
        }
    }
    // An order names what was bought when it names anything; a snapshot may be empty.
    did.has_products = has_products && (verb != "order" || !did.products.is_empty());
    Line::Event(Box::new(did))
}

/// Runs a script over one task; `batch` lines make one committed batch. Returns the outputs in order.
pub fn run_lines(models: &[Arc<Models>], lines: &[Line], batch: usize) -> Vec<ProspectOutput> {
    let mut current = Arc::clone(&models[0]);
    let mut task = Task::new(Arc::clone(&current), StateCodec);
    let mut effects = BatchEffects::default();
    let mut outputs = Vec::new();
    let mut mode = Mode::Virtual;
    for (n, line) in lines.iter().enumerate() {
        match line {
            Line::Event(did) => task.apply_event(&did.event(&current), mode, &mut effects),
            Line::Until(until_ms) => {
                if let Mode::Live { wall_ms } = &mut mode {
                    *wall_ms = *until_ms;
                }
                task.advance(*until_ms, mode, &mut effects);
            }
            Line::Behind => mode = Mode::Behind,
            Line::Live(wall_ms) => {
                mode = Mode::Live { wall_ms: *wall_ms };
                task.advance(*wall_ms, mode, &mut effects);
            }
            Line::Virtual => mode = Mode::Virtual,
            Line::Restart(model) => {
                commit(&mut task);
                current = Arc::clone(&models[*model]);
                task = restored(&task, Arc::clone(&current));
            }
        }
        if (n + 1) % batch == 0 {
            commit(&mut task);
        }
        assert_eq!(effects.unreadable, None);
        // What members tell their accounts comes back at once, and so does what these tell their members.
        while !effects.outputs.is_empty() {
            let told: Vec<MemberUpdateRecord> = effects.outputs.iter().filter_map(|o| o.member_update()).collect();
            outputs.append(&mut effects.outputs);
            for member_update in told {
                task.apply_update(&member_update, &mut effects);
            }
        }
    }
    outputs
}

/// Puts a script of events and passing time to a task; `each` is called after every line.
pub fn play(task: &mut Task<StateCodec>, models: &Models, text: &str, mut each: impl FnMut(&mut Task<StateCodec>)) {
    let mut effects = BatchEffects::default();
    for line in script(text) {
        match line {
            Line::Event(did) => task.apply_event(&did.event(models), Mode::Virtual, &mut effects),
            Line::Until(until_ms) => task.advance(until_ms, Mode::Virtual, &mut effects),
            other => panic!("{other:?}"),
        }
        each(task);
    }
}

/// Commits the open batch.
pub fn commit(task: &mut Task<StateCodec>) {
    task.staged(|_| {});
    task.confirm();
}

/// A new task from the committed records and time of another.
pub fn restored(task: &Task<StateCodec>, models: Arc<Models>) -> Task<StateCodec> {
    let mut next = Task::new(models, StateCodec);
    for (key, record) in task.records() {
        next.install(key, Some(record)).expect("own records");
    }
    next.restore_time(task.time_ms(), i64::MAX);
    next
}

/// A time as scripts write it.
pub fn clock(at_ms: i64) -> String {
    let passed = at_ms - START_MS;
    if passed < 0 {
        return format!("-{}", clock(START_MS - passed));
    }
    humantime::format_duration(std::time::Duration::from_millis(passed.unsigned_abs())).to_string().replace(' ', "")
}

/// One output as a short line.
pub fn say(output: &Output) -> String {
    let at = clock(output.at_ms);
    match &output.body {
        Body::CartAbandoned(c) => {
            let mark =
                |mark: char, text: Option<&leadstream_core::domain::Text>| text.map(|t| format!("{mark}{t}")).unwrap_or_default();
            let line = |l: &CartLine| {
                let (sku, currency) = (mark('/', l.sku.as_ref()), mark('@', l.currency.as_ref()));
                format!("{}{sku}*{}{currency}", l.product_id, l.quantity)
            };
            let lines: Vec<String> = c.lines.iter().map(line).collect();
            let cart = c.cart_id.as_deref().map(|id| format!(" cart={id}")).unwrap_or_default();
            format!("{at} step {}/{}{cart} {}", c.step, c.steps, lines.join(" "))
        }
        Body::CartOutcome(o) => {
            let step = o.step.map(|s| format!(" step {s}")).unwrap_or_default();
            let kind = o.kind.type_name().trim_start_matches("cart.");
            format!("{at} {kind}{step} {} sent={}", o.reason.name(), o.trigger_ids.len())
        }
        Body::StageChanged(s) => {
            let from = s.from.as_deref().unwrap_or("-");
            let cause = s.cause.name();
            let persona = s.persona.as_deref().map(|p| format!(" by {p}")).unwrap_or_default();
            format!("{at} {} {from} > {} {:?} {cause}{persona}", s.axis.name(), s.to, s.direction).to_lowercase()
        }
        Body::ScoreChanged(s) => {
            let name = |l: &Option<leadstream_core::domain::Text>| l.clone().unwrap_or_else(|| "-".into());
            let grade = s.grade.as_deref().map(|g| format!(" {g}")).unwrap_or_default();
            format!("{at} label {} > {}{grade}", name(&s.from), name(&s.to))
        }
        Body::Triggered(t) => {
            let kind = if t.kind == TriggerKind::Fired { "fired" } else { "recalled" };
            let product = t.product_id.as_deref().map(|p| format!(" {p}")).unwrap_or_default();
            format!("{at} trigger {} {kind}{product}", t.trigger)
        }
        Body::HandOver(h) => {
            let answer = h.answer.map(|a| format!(" {}", a.name())).unwrap_or_default();
            let why = if h.reasons.is_empty() { String::new() } else { format!(": {}", h.reasons.join(", ")) };
            format!("{at} {} {}{answer}{why}", h.kind.type_name().replace('.', " "), h.qualification.name())
        }
        Body::AccountChanged(a) => {
            let what = match (a.axis, a.reason.as_deref()) {
                (Some(axis), _) => {
                    let name = |stage: &Option<leadstream_core::domain::Text>| stage.clone().unwrap_or_else(|| "-".into());
                    format!(" {} {} > {}", axis.name(), name(&a.from), name(&a.to))
                }
                (None, Some(reason)) => format!(" {reason}"),
                (None, None) => String::new(),
            };
            let list = |names: &[leadstream_core::domain::Text]| names.join(" ");
            let missing = if a.missing.is_empty() { String::new() } else { format!(", missing: {}", list(&a.missing)) };
            let kind = a.kind.type_name().trim_start_matches("account.");
            format!("{at} {kind}{what} ({} agree, {} needed{missing})", a.agreed.len(), a.expected)
        }
        Body::Member(m) if m.is_to_member() => match m.news {
            News::Bar(Some(bar)) => format!("{at} hears from {}: {}", m.account, bar.name()),
            _ => format!("{at} hears from {}: handed over like others", m.account),
        },
        Body::Member(m) if matches!(m.news, News::Lead(_)) => format!("{at} tells {} of its lead", m.account),
        Body::Member(m) if m.left => format!("{at} leaves {}", m.account),
        Body::Member(m) => format!("{at} tells {}", m.account),
        Body::IdentityChanged(changed) => match &**changed {
            IdentityChanged::Merged { from, renamed } => format!("{at} merged {from}{}", if *renamed { ", renamed" } else { "" }),
            IdentityChanged::Conflict { id, refused } => format!("{at} keeps {id} from {refused}"),
            IdentityChanged::Blocked => format!("{at} blocked"),
        },
        Body::Told(message) => format!("{at} tells {}", message.to),
        Body::Blocked => format!("{at} is nobody"),
    }
}

/// What a short line leaves out of a cart: reason and step of the checkout, whether anybody can be written to, value, attribution.
pub fn details(output: &Output) -> String {
    let value = |value: Option<f64>| value.map(|v| format!(" value={v}")).unwrap_or_default();
    match &output.body {
        Body::CartAbandoned(c) => {
            let checkout = c.checkout_step.as_deref().map(|s| format!(" checkout={s}")).unwrap_or_default();
            let nobody = if c.addressable { "" } else { " unaddressable" };
            format!(" {}{checkout}{nobody}{}", c.armed_for.name(), value(c.value))
        }
        Body::CartOutcome(o) => {
            // Triggers have ids that nobody reads aloud: which of those that left it is.
            let at = |id| o.trigger_ids.iter().position(|t| Some(*t) == id).map_or(0, |at| at + 1);
            let known = o.attributed_by.filter(|by| *by != AttributedBy::LastReminder).map(|by| format!(" ({})", by.name()));
            let known = known.unwrap_or_default();
            let by =
                o.attribution.map(|a| format!(" by {} of {}{known}", a.name(), at(o.attributed_trigger_id))).unwrap_or_default();
            let unknown = o.attribution_reason.map(|reason| format!(" {}", reason.name())).unwrap_or_default();
            format!("{by}{unknown}{}", value(o.value))
        }
        Body::HandOver(h) => h.company.as_deref().map_or_else(String::new, |company| {
            let name = |text: &Option<leadstream_core::domain::Text>| text.clone().unwrap_or_else(|| "-".into());
            let agreed = if company.consensus { "agreed" } else { "not agreed" };
            let since = company.consensus_since_ms.map(|ms| format!(" since {}", clock(ms))).unwrap_or_default();
            let missing =
                if company.missing.is_empty() { String::new() } else { format!(", missing: {}", company.missing.join(" ")) };
            let active: Vec<String> =
                company.active_colleagues.iter().map(|c| format!("{} ({})", c.member, name(&c.role))).collect();
            format!(
                " | {} {}/{}, {agreed}{since}: {} of {}{missing}; {} members, active: {}",
                name(&h.account),
                name(&company.journey),
                name(&company.funnel),
                company.agreed.len(),
                company.expected,
                company.members,
                if active.is_empty() { "nobody".to_owned() } else { active.join(", ") }
            )
        }),
        _ => String::new(),
    }
}

/// The lines of an axis, of labels, or of carts that a script gives.
pub fn said(models: &[Arc<Models>], text: &str, keep: fn(&Body) -> bool) -> Vec<String> {
    let outputs = run_lines(models, &script(text), 1);
    let mut seen = std::collections::BTreeSet::new();
    for output in &outputs {
        assert!(seen.insert(output.output.id), "an id came twice: {}", say(&output.output));
    }
    outputs.iter().map(|o| &o.output).filter(|o| keep(&o.body)).map(say).collect()
}

pub fn is_cart(body: &Body) -> bool {
    matches!(body, Body::CartAbandoned(_) | Body::CartOutcome(_))
}
