//! Where each value of a record came from, for people.

use crate::record::Record;
use crate::rules::Mapping;
use crate::schema::Schemas;
use crate::value::Get;
use std::borrow::Cow;

impl Mapping {
    /// What each of ours is called, where the mapping looks for it, and what was found.
    #[must_use]
    pub fn explain(&self, record: &Record<'_>, schemas: &dyn Schemas) -> Vec<(String, String, Option<String>)> {
        let mut all = Vec::new();
        let read = self.each_element(record, schemas, |n, element| {
            let Ok((_, reading)) = element else { return Ok(()) };
            let mut one = |ours: &str, get: &Get| {
                let ours = if n == 0 { ours.to_owned() } else { format!("[{n}] {ours}") };
                all.push((ours, get.text.clone(), get.json(&reading).map(Cow::into_owned)));
            };
            self.names.iter().for_each(|get| one("name", get));
            self.time.iter().for_each(|get| one("time", get));
            self.id.iter().for_each(|get| one("id", get));
            self.ids.iter().for_each(|(kind, get)| one(&format!("ids.{kind}"), get));
            self.fields.iter().for_each(|field| one(&field.to, &field.get));
            for (target, fields) in &self.fields_for {
                for field in fields {
                    one(&format!("{} of {target}", field.to), &field.get);
                }
            }
            if let Some(products) = &self.products {
                one("products", &products.from);
            }
            Ok(())
        });
        // What can't be taken apart has nothing to explain: what becomes of it says why.
        if read.is_err() { Vec::new() } else { all }
    }
}
