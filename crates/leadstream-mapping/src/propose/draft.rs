//! The proposed file as text: every guess with how sure it is.

use super::content::{Field, Products};
use super::envelope::Envelope;
use super::guess::{Guess, Time};
use super::names::Name;
use super::survey::Survey;
use super::targets::is_noise;
use crate::rules::Format;

/// Most lines of events, and of paths that are not used.
const MOST_EVENTS: usize = 60;
const MOST_UNUSED: usize = 80;
/// Events of one product each, where a list of them stands.
const OF_ONE: [&str; 6] = [
    "Product Added",
    "Product Removed",
    "Product Viewed",
    "Product Clicked",
    "Product Added to Wishlist",
    "Product Removed from Wishlist",
];

/// All that was guessed.
#[derive(Debug, Default)]
pub struct Draft {
    pub name: String,
    pub envelope: Envelope,
    pub elements: u64,
    pub event: Option<Guess>,
    pub time: Option<Time>,
    pub received: Option<Time>,
    pub id: Option<Guess>,
    pub people: Vec<(&'static str, Guess)>,
    pub names: Vec<Name>,
    pub without_name: u64,
    pub fields: Vec<Field>,
    pub traits: Vec<Field>,
    pub products: Option<Products>,
}

/// A text as TOML has it.
#[must_use]
pub fn text(of: &str) -> String {
    let quoted = crate::json::quoted(of);
    if quoted.contains('\u{7f}') { quoted.replace('\u{7f}', "\\u007f") } else { quoted }
}

/// What can stand in a comment.
fn comment(of: &str) -> String {
    of.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Lines `key = value   # comment` of a section, below each other.
#[derive(Default)]
struct Lines(Vec<(String, String, String)>);

impl Lines {
    fn add(&mut self, key: &str, value: String, said: String) {
        self.0.push((key.to_owned(), value, said));
    }

    fn write(&self, out: &mut String, title: &str) {
        if self.0.is_empty() {
            return;
        }
        if !title.is_empty() {
            out.extend([format!("\n[{title}]\n")]);
        }
        let of_keys = self.0.iter().map(|(key, ..)| key.chars().count()).max().unwrap_or_default().min(40);
        let of_values = self.0.iter().map(|(_, value, _)| value.chars().count()).max().unwrap_or_default().min(60);
        for (key, value, said) in &self.0 {
            let line = if said.is_empty() {
                format!("{key:of_keys$} = {value}\n")
            } else {
                format!("{key:of_keys$} = {value:of_values$}   # {}\n", comment(said))
            };
            out.push_str(&line);
        }
    }
}

impl Draft {
    /// The file.
    pub fn written(&self, survey: &Survey, used: &[String]) -> String {
        let mut out = String::new();
        let mut head = Lines::default();
        head.add("name", text(&self.name), String::new());
        head.add("about", text("to edit: what it is of"), String::new());
        head.write(&mut out, "");
        out.push('\n');
        self.head().write(&mut out, "");
        self.ids().write(&mut out, "ids");
        self.events().write(&mut out, "events");
        let mut fields = Lines::default();
        self.fields.iter().for_each(|field| Self::field(&mut fields, field, self.elements));
        fields.write(&mut out, "fields");
        if let Some((path, count)) = most_unused(survey, used) {
            let title = if self.fields.is_empty() { "\n[fields]\n" } else { "" };
            let said =
                format!("to edit: {count} more members as properties, under their own names, for models that look at them");
            out.extend([format!("{title}# \"*\" = {}   # {said}\n", text(&path))]);
        }
        let has_identify = self.names.iter().any(|name| name.ours.is_some_and(|ours| ours.name == "identify"));
        if has_identify {
            let mut traits = Lines::default();
            self.traits.iter().for_each(|field| Self::field(&mut traits, field, self.elements));
            traits.write(&mut out, "for.identify");
        }
        if let Some(products) = &self.products {
            let mut lines = Lines::default();
            let said = format!("{} with {} products", self.of(products.count), products.items);
            lines.add("from", text(&products.path), said);
            products.fields.iter().for_each(|field| Self::field(&mut lines, field, products.items));
            lines.write(&mut out, "products");
        }
        unused(&mut out, survey, used);
        out
    }

    fn of(&self, count: u64) -> String {
        format!("in {count} of {}", self.elements)
    }

    /// How sure a guess is, where it was seen, and what else it could be.
    fn said(guess: &Guess, elements: u64) -> String {
        let is_often = guess.count * 10 >= elements * 9;
        let sure = match guess.weight {
            8.. if is_often => "sure",
            8.. | 5..=7 => "likely",
            _ => "to edit: a guess",
        };
        let mut said = format!("{sure}: in {} of {elements}", guess.count);
        if !guess.note.is_empty() {
            said.extend([format!("; {}", guess.note)]);
        }
        let others: Vec<String> = guess.others.iter().map(|(path, count)| format!("{path} ({count})")).collect();
        if !others.is_empty() {
            said.extend([format!("; or {}", others.join(", "))]);
        }
        said
    }

    fn head(&self) -> Lines {
        let mut lines = Lines::default();
        let envelope = &self.envelope;
        let of_records = format!("{} of {} records can be read so", envelope.readable, envelope.records);
        match &envelope.format {
            // Binary values are no guess that can be made.
            Format::Json | Format::Binary(_) => {}
            Format::Form => lines.add("format", text("form"), of_records.clone()),
            Format::Tsv(columns) => {
                lines.add("format", text("tsv"), of_records.clone());
                let names: Vec<String> = columns.iter().map(|column| text(column)).collect();
                let said = if envelope.has_header { "the first row of the sample" } else { "to edit: the columns' names" };
                lines.add("columns", format!("[{}]", names.join(", ")), said.to_owned());
            }
        }
        if envelope.has_prefix {
            lines.add("prefix", text("confluent"), "the prefix of a schema registry stands before the value".to_owned());
        }
        if !envelope.unwrap.is_empty() {
            let steps: Vec<String> = envelope.unwrap.iter().map(|step| text(step)).collect();
            lines.add("unwrap", format!("[{}]", steps.join(", ")), of_records);
        }
        if let Some(path) = &envelope.split {
            lines.add("split", text(&format!("{path}[]")), format!("{} events in {} records", self.elements, envelope.readable));
        }
        if let Some(event) = &self.event {
            let names = match self.names.len() {
                1 => "1 name".to_owned(),
                count => format!("{count} names"),
            };
            lines.add("name_from", paths(&event.paths), format!("{}; {names}", Self::said(event, self.elements)));
        }
        for (key, time) in [("time", &self.time), ("received", &self.received)] {
            let Some(time) = time else { continue };
            let mut value = paths(&time.guess.paths);
            let mut said = Self::said(&time.guess, self.elements);
            if let Some(unit) = time.unit {
                value = format!("{{ from = {value}, unit = {} }}", text(unit));
            } else if time.has_no_zone {
                value = format!("{{ from = {value}, zone = \"UTC\" }}");
                said = format!("to edit: written without a zone, is it UTC, or \"Europe/Berlin\"? {said}");
            }
            lines.add(key, value, said);
        }
        self.id_line(&mut lines);
        lines
    }

    fn id_line(&self, lines: &mut Lines) {
        if let Some(id) = &self.id {
            return lines.add("id", paths(&id.paths), Self::said(id, self.elements));
        }
        let first = |guess: &Guess| guess.paths.first().cloned();
        let time = self.time.as_ref().and_then(|time| first(&time.guess));
        let Some(time) = time else { return };
        let person = self.people.iter().filter(|(kind, _)| *kind != "cart").map(|(_, guess)| guess.paths.as_slice());
        let person = person.max_by_key(|paths| paths.len()).filter(|paths| !paths.is_empty());
        let mut parts = vec![format!("{{ from = {}, needed = true }}", text(&time))];
        parts.extend(person.map(paths));
        parts.extend(self.event.as_ref().and_then(first).map(|path| text(&path)));
        let said = "to edit: no event has an id of its own; what is alike in all of these counts once";
        lines.add("id", format!("[{}]", parts.join(", ")), said.to_owned());
    }

    fn ids(&self) -> Lines {
        let mut lines = Lines::default();
        for (kind, guess) in &self.people {
            let value = paths(&guess.paths);
            let value = if *kind == "email" { format!("{{ from = {value}, lower = true }}") } else { value };
            lines.add(kind, value, Self::said(guess, self.elements));
        }
        if !self.people.iter().any(|(kind, _)| *kind != "cart") {
            lines.add("user", text("user_id"), "to edit: nothing looks like a person's id".to_owned());
        }
        lines
    }

    fn events(&self) -> Lines {
        let mut lines = Lines::default();
        for name in self.names.iter().filter(|name| name.theirs != "*").take(MOST_EVENTS) {
            let (value, said) = self.event_line(name);
            lines.add(&text(&name.theirs), value, said);
        }
        let more = self.names.len().saturating_sub(MOST_EVENTS);
        let (others, said) = match (&self.event, more) {
            (None, _) => self.otherwise(),
            (Some(_), 0) => ("keep", "all others under their own names".to_owned()),
            (Some(_), more) => ("keep", format!("to edit: {more} names more")),
        };
        if self.without_name > 0 && self.event.is_some() {
            lines.add("\"\"", text("skip"), format!("to edit: {} have no name", self.without_name));
        }
        lines.add("\"*\"", text(others), said);
        lines
    }

    /// What becomes of a name, and how sure that is.
    fn event_line(&self, name: &Name) -> (String, String) {
        let count = name.count;
        if name.with_person == 0 && self.people.iter().any(|(kind, _)| *kind != "cart") {
            return (text("skip"), format!("to edit? {count} of them, none of which says who it is about"));
        }
        let Some(ours) = name.ours else {
            if is_noise(&name.theirs) {
                return (text("skip"), format!("to edit? {count} of them, which nobody seems to do"));
            }
            return (text("keep"), format!("to edit: {count} of them, kept under their own name"));
        };
        let sure = if ours.is_sure { "sure" } else { "to edit? a guess" };
        let said = format!("{sure}: {count} of them");
        let to = text(ours.name);
        let Some(products) = &self.products else { return (to, said) };
        let list = text(&products.path);
        if OF_ONE.contains(&ours.name) && name.with_products * 2 >= count {
            return (format!("{{ to = {to}, each = {list} }}"), said);
        }
        if ours.name == "Cart Updated" && name.with_products < name.with_list {
            let empty = format!("{{ when = {{ {list} = {{ empty = true }} }}, to = \"Cart Emptied\" }}");
            return (format!("[{empty}, {{ to = {to} }}]"), said);
        }
        (to, said)
    }

    /// What events without names are, by what stands in them.
    fn otherwise(&self) -> (&'static str, String) {
        let has = |ours: &str| self.fields.iter().any(|field| field.ours == ours);
        let has_cart = self.people.iter().any(|(kind, _)| *kind == "cart");
        let what = if has("order_id") && (has("total") || self.products.is_some()) {
            "Order Completed"
        } else if has_cart && self.products.is_some() {
            "Cart Updated"
        } else if has("url") || has("path") {
            "page"
        } else {
            "identify"
        };
        (what, "to edit: nothing says what happened; by what stands in them they may be this".to_owned())
    }

    fn field(lines: &mut Lines, field: &Field, elements: u64) {
        let value = paths(&field.guess.paths);
        let value = if field.is_cents { format!("{{ from = {value}, scale = 100 }}") } else { value };
        let key = if field.ours.contains('.') { text(field.ours) } else { field.ours.to_owned() };
        lines.add(&key, value, Self::said(&field.guess, elements));
    }
}

/// A path, or a list of them.
fn paths(all: &[String]) -> String {
    let written: Vec<String> = all.iter().map(|path| text(path)).collect();
    match written.as_slice() {
        [one] => one.clone(),
        _ => format!("[{}]", written.join(", ")),
    }
}

/// The object that holds most of what is not used, and how much that is.
fn most_unused(survey: &Survey, used: &[String]) -> Option<(String, usize)> {
    let mut counts: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
    for seen in survey.paths.iter().filter(|seen| !used.contains(&seen.path) && !seen.path.contains([':', '[', '^', '"'])) {
        *counts.entry(seen.path.rsplit_once('.').map_or(".", |(above, _)| above)).or_default() += 1;
    }
    let (path, count) = counts.into_iter().max_by_key(|(_, count)| *count).filter(|(_, count)| *count > 1)?;
    Some((path.to_owned(), count))
}

/// What nothing was made of.
fn unused(out: &mut String, survey: &Survey, used: &[String]) {
    let unused: Vec<_> = survey.paths.iter().filter(|seen| !used.contains(&seen.path)).collect();
    if unused.is_empty() && survey.lists.is_empty() {
        return;
    }
    out.push_str("\n# Not used:\n");
    let width = unused.iter().take(MOST_UNUSED).map(|seen| seen.path.chars().count()).max().unwrap_or_default().min(50);
    for seen in unused.iter().take(MOST_UNUSED) {
        let different = match &seen.values {
            Some(values) => format!("{} different", values.len()),
            None => "many different".to_owned(),
        };
        out.extend([format!(
            "#   {:width$}   {}, in {} of {}, {different}\n",
            comment(&seen.path),
            seen.kind(),
            seen.count,
            survey.elements
        )]);
    }
    let more = unused.len().saturating_sub(MOST_UNUSED);
    if more > 0 || survey.is_cut {
        out.extend([format!("#   and {more}{} paths more\n", if survey.is_cut { " or many" } else { "" })]);
    }
    for list in survey.lists.iter().filter(|list| !used.contains(&list.path)) {
        out.extend([format!(
            "#   {:width$}   a list of objects, in {} of {}\n",
            comment(&format!("{}[]", list.path)),
            list.count,
            survey.elements
        )]);
    }
}
