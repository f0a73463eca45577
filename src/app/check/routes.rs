//! Which inputs are read where they lie, and which are routed; and why.

use super::report::Report;
use super::sample::Sampled;
use crate::app::route;
use crate::config::settings::InputTopic;
use crate::domain::ids::hash64;
use crate::kafka::admin::RecordHeader;
use crate::runtime::partitioners::{Partitioner, Sample};
use crate::runtime::ports::RecordView;
use crate::wire::mapped::record;
use std::collections::HashMap;

/// Share of records whose key may be none of their ids: a few are sent by hand.
const MOST_OTHERS: f64 = 0.05;

/// What the engine reads inputs by.
pub(super) struct Engine {
    /// `None`: its topics disagree, which is a fault of its own.
    pub partitions: Option<u32>,
    pub partitioner: Option<Partitioner>,
}

/// What the newest records of an input say about how it must be read.
#[derive(Debug, Clone, Default)]
struct Seen {
    /// With an event at least.
    records: u64,
    without_key: u64,
    /// Their key is no id of their event.
    other_key: u64,
    several: u64,
    /// No event of them can be used.
    unusable: u64,
    keys: Sample,
    places: Places,
}

/// Where keys lie: each on one partition, or their prospects are split between tasks.
#[derive(Debug, Clone, Default)]
struct Places {
    /// By hash of the key: its first partition, whether it came again, and whether it came on another.
    by_key: HashMap<u64, (i32, bool, bool)>,
}

impl Places {
    fn add(&mut self, key: &[u8], partition: i32) {
        let is_new = |(first, again, other): &mut (i32, bool, bool)| (*again, *other) = (true, *other || *first != partition);
        self.by_key.entry(hash64(key)).and_modify(is_new).or_insert((partition, false, false));
    }

    /// Keys that came more than once, and those of them that came on several partitions.
    fn scattered(&self) -> (usize, usize) {
        let again = self.by_key.values().filter(|(_, again, _)| *again).count();
        (again, self.by_key.values().filter(|(_, _, other)| *other).count())
    }
}

/// An input as it is set up.
struct Setup<'a> {
    topic: &'a str,
    mapping: Option<&'a str>,
    is_routed: bool,
    partitions: u32,
    /// What `route.topics` has to be for this input to be routed.
    to_route: String,
}

/// Says of each input which it is.
pub(super) fn check(sampled: Sampled<'_>, engine: &Engine, report: &mut Report) {
    if sampled.is_off() {
        return;
    }
    let Ok(spec) = route::spec() else { return };
    let all = sampled.settings.input_topics();
    let mapping_of = |topic: &InputTopic| sampled.mappings.get(all.iter().position(|t| t.name == topic.name)?)?.as_ref();
    let partitions = |topic: &InputTopic| sampled.topics.get(&topic.name).map_or(0, |topic| topic.partitions);
    let count = |seen: &mut Seen, topic: &InputTopic, view: &RecordView<'_>, headers: &[RecordHeader]| {
        let mapper = mapping_of(topic).map_or(&spec, |mapping| &mapping.mapper);
        view.key.into_iter().for_each(|key| seen.add_key(key, view.partition, partitions(topic)));
        sampled
            .unless_waiting(|| mapper.ids(&record(view, &topic.name, headers)))
            .into_iter()
            .for_each(|events| seen.count(view.key, &events));
    };
    let told = |report: &mut Report, topic: &InputTopic, seen: Seen| {
        let mapping = mapping_of(topic);
        let setup = Setup {
            topic: &topic.name,
            mapping: mapping.map(|mapping| mapping.mapper.name()),
            is_routed: mapping.is_some_and(|mapping| mapping.is_routed),
            partitions: partitions(topic),
            to_route: to_route(sampled, topic),
        };
        match setup.text(&seen, engine) {
            Ok(good) => report.good("inputs", good),
            Err(warning) => report.warning("inputs", warning),
        }
    };
    sampled.each_record(report, |_| true, count, told);
}

/// The setting with this input.
fn to_route(sampled: Sampled<'_>, topic: &InputTopic) -> String {
    let name = topic.name.strip_prefix(&sampled.settings.topics.prefix).unwrap_or(&topic.name);
    let known = sampled.settings.route.topics.iter().map(String::as_str);
    let all: Vec<String> = known.chain([name]).map(|name| format!("{name:?}")).collect();
    format!("route.topics=[{}]", all.join(", "))
}

impl Seen {
    fn add_key(&mut self, key: &[u8], partition: i32, partitions: u32) {
        self.keys.add(key, partition, partitions);
        self.places.add(key, partition);
    }

    fn count(&mut self, key: Option<&[u8]>, events: &[Option<Vec<String>>]) {
        if events.is_empty() {
            return;
        }
        self.records += 1;
        let known: Vec<&Vec<String>> = events.iter().flatten().collect();
        self.several += u64::from(events.len() > 1);
        self.unusable += u64::from(known.is_empty());
        match key {
            None => self.without_key += 1,
            Some(key) => self.other_key += u64::from(known.iter().any(|ids| !ids.iter().any(|id| id.as_bytes() == key))),
        }
    }
}

impl Setup<'_> {
    /// What the input is, and why; an error is a warning.
    fn text(&self, seen: &Seen, engine: &Engine) -> Result<String, String> {
        let Self { topic, is_routed, ref to_route, .. } = *self;
        let by = self.mapping.map(|name| format!(" by `{name}`")).unwrap_or_default();
        let way = if is_routed { "routed" } else { "direct" };
        let against = self.against_direct(seen, engine);
        if seen.records == 0 && against.is_empty() {
            return Ok(format!("{topic} is {way}{by}; it has no records that would say whether it must be routed"));
        }
        let unusable = match seen.unusable {
            0 => String::new(),
            n => format!("; {n} of them hold nothing that can be used (`leadstream mapping explain` says why)"),
        };
        match (is_routed, against.is_empty()) {
            (false, true) => Ok(format!("{topic} is direct{by}: {}{unusable}", self.for_direct(seen, engine))),
            (false, false) => Err(format!(
                "{topic} is direct{by}, but {}{unusable}. Set {to_route}, so that a router writes each event under its prospect, or have \
                 its producer key its records by the prospect, one event in each, on as many partitions as the others",
                against.join(", ")
            )),
            (true, false) => Ok(format!("{topic} is routed{by}, as it must be: {}{unusable}", against.join(", "))),
            (true, true) => Ok(format!(
                "{topic} is routed{by}, and need not be: {}{unusable}. Out of route.topics it would be read where it lies, which costs less",
                self.for_direct(seen, engine)
            )),
        }
    }

    fn for_direct(&self, seen: &Seen, engine: &Engine) -> String {
        let partitions = match engine.partitions {
            Some(engine) if engine == self.partitions => format!(", on {engine} partitions as all that is read so"),
            _ => String::new(),
        };
        let dealt = seen.keys.partitioner().map_or(String::new(), |by| format!(", dealt by {}", by.name()));
        format!("the key is the prospect of its {} newest records{partitions}{dealt}", seen.records)
    }

    /// Why its records can't be read where they lie.
    fn against_direct(&self, seen: &Seen, engine: &Engine) -> Vec<String> {
        let mut reasons = Vec::new();
        let of = seen.records;
        if seen.without_key > 0 {
            reasons.push(format!("{} of its {of} newest records have no key", seen.without_key));
        }
        if seen.other_key as f64 > MOST_OTHERS * of as f64 {
            reasons.push(format!("the key of {} of its {of} newest records is no id of their events", seen.other_key));
        }
        if seen.several > 0 {
            reasons.push(format!("{} of its {of} newest records hold several events", seen.several));
        }
        if let Some(partitions) = engine.partitions.filter(|partitions| *partitions != self.partitions) {
            reasons.push(format!("it has {} partitions, and what is read so has {partitions}", self.partitions));
        }
        let (again, scattered) = seen.places.scattered();
        if scattered as f64 > MOST_OTHERS * again as f64 {
            reasons.push(format!("{scattered} of the {again} keys that came more than once lie on several partitions"));
        }
        if let (Some(own), Some(engine)) = (seen.keys.partitioner(), engine.partitioner)
            && own != engine
            && self.partitions > 1
        {
            reasons.push(format!("its keys are dealt by {}, and those that are read so by {}", own.name(), engine.name()));
        }
        reasons
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::mapped::Mapper;
    use leadstream_mapping::load;

    const ENGINE: Engine = Engine { partitions: Some(12), partitioner: Some(Partitioner::Murmur2) };

    fn mapper(name: &str) -> Mapper {
        Mapper::from(load(name).expect("shipped"))
    }

    /// What 100 records, each made of its number, say.
    fn seen(mapping: &str, partitions: u32, record: impl Fn(u32) -> (Option<String>, String)) -> Seen {
        let (mapper, mut seen) = (mapper(mapping), Seen::default());
        for n in 0..100 {
            let (key, value) = record(n);
            let key = key.as_deref().map(str::as_bytes);
            let at = key.map_or(0, |key| crate::domain::ids::murmur2_partition(key, partitions));
            let partition = i32::try_from(at).expect("small");
            let view = RecordView { partition, key, value: Some(value.as_bytes()), ..RecordView::default() };
            let events = mapper.ids(&crate::wire::mapped::record(&view, "raw", &[])).expect("no schema");
            key.into_iter().for_each(|key| seen.add_key(key, partition, partitions));
            seen.count(key, &events);
        }
        seen
    }

    fn page(n: u32) -> String {
        format!(r#"{{"type":"page","messageId":"{n}","userId":"u{n}","anonymousId":"a{n}","timestamp":"2026-09-14T09:00:00Z"}}"#)
    }

    fn text(is_routed: bool, partitions: u32, seen: &Seen) -> Result<String, String> {
        let to_route = "route.topics=[\"raw\"]".to_owned();
        Setup { topic: "raw", mapping: is_routed.then_some("segment"), is_routed, partitions, to_route }.text(seen, &ENGINE)
    }

    #[test]
    fn an_input_whose_key_is_an_id_of_the_event_is_direct_and_need_not_be_routed() {
        for key in ["u", "a"] {
            let seen = seen("segment", 12, |n| (Some(format!("{key}{n}")), page(n)));
            let good = text(false, 12, &seen).expect("good");
            assert!(
                good.contains("raw is direct: the key is the prospect of its 100 newest records, on 12 partitions"),
                "{good}"
            );
            assert!(good.contains("dealt by murmur2"), "{good}");
            let good = text(true, 12, &seen).expect("good");
            assert!(good.contains("is routed by `segment`, and need not be"), "{good}");
        }
    }

    #[test]
    fn each_reason_to_route_an_input_is_named_with_what_to_set() {
        let keyless = seen("segment", 12, |n| (None, page(n)));
        let other = seen("segment", 12, |n| (Some(format!("order-{n}")), page(n)));
        let few = seen("segment", 12, |n| (Some(if n < 5 { "by hand".to_owned() } else { format!("u{n}") }), page(n)));
        let three = seen("segment", 3, |n| (Some(format!("u{n}")), page(n)));
        let mails = |n| {
            let open =
                |who| format!(r#"{{"email":"{who}@x.example","event":"open","timestamp":1760000000,"sg_event_id":"{n}"}}"#);
            (Some("a@x.example".to_owned()), format!("[{},{}]", open('a'), open('a')))
        };
        let several = seen("sendgrid", 12, mails);
        for (seen, partitions, reason) in [
            (keyless, 12, "100 of its 100 newest records have no key"),
            (other, 12, "the key of 100 of its 100 newest records is no id of their events"),
            (three, 3, "it has 3 partitions, and what is read so has 12"),
            (several, 12, "100 of its 100 newest records hold several events"),
        ] {
            let warning = text(false, partitions, &seen).expect_err(reason);
            assert!(warning.contains(reason) && warning.contains("Set route.topics=[\"raw\"]"), "{warning}");
            let good = text(true, partitions, &seen).expect(reason);
            assert!(good.contains("as it must be") && good.contains(reason), "{good}");
        }
        assert!(text(false, 12, &few).is_ok());
        let by_others = Engine { partitioner: Some(Partitioner::Crc32), ..ENGINE };
        let few_text = Setup { topic: "raw", mapping: None, is_routed: false, partitions: 12, to_route: String::new() };
        let warning = few_text.text(&few, &by_others).expect_err("crc32");
        assert!(warning.contains("its keys are dealt by murmur2") && warning.contains("by crc32"), "{warning}");
    }

    #[test]
    fn keys_that_are_dealt_in_turn_are_no_keys_to_read_by() {
        let dealt = |partition: fn(u32) -> u32| {
            let mut seen = Seen { records: 100, ..Seen::default() };
            for n in 0..100 {
                let key = format!("u{}", n % 40);
                let partition = i32::try_from(partition(n)).expect("small");
                seen.add_key(key.as_bytes(), partition, 12);
            }
            seen
        };
        let in_turn = dealt(|n| n % 12);
        let warning = text(false, 12, &in_turn).expect_err("split between tasks");
        assert!(warning.contains("40 of the 40 keys that came more than once lie on several partitions"), "{warning}");
        let good = text(true, 12, &in_turn).expect("routed");
        assert!(good.contains("as it must be"), "{good}");
        // By a rule of their own, and one that was sent by hand.
        let own_rule = dealt(|n| if n == 99 { 11 } else { n % 40 % 12 });
        assert_eq!(own_rule.places.scattered(), (40, 1));
        assert!(own_rule.keys.partitioner() == Some(Partitioner::Other));
        let good = Setup { topic: "raw", mapping: None, is_routed: false, partitions: 12, to_route: String::new() };
        assert!(good.text(&own_rule, &Engine { partitioner: None, ..ENGINE }).is_ok());
    }

    #[test]
    fn what_says_nothing_of_a_person_is_told_and_an_empty_input_is_no_fault() {
        let nothing = seen("segment", 12, |n| (Some(format!("u{n}")), "no JSON".to_owned()));
        let good = text(false, 12, &nothing).expect("its keys are fine");
        assert!(good.contains("100 of them hold nothing that can be used"), "{good}");
        let good = text(true, 3, &Seen::default()).expect("nothing is wrong");
        assert!(good.contains("it has 3 partitions"), "{good}");
        let good = text(false, 12, &Seen::default()).expect("nothing is wrong");
        assert!(good.contains("no records that would say"), "{good}");
    }
}
