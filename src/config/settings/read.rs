//! From layers to typed settings: each section by its table, and what has no row by hand.

use super::Settings;
use super::section::Section;
use crate::config::layers::Layers;
use crate::config::{properties, validate};
use leadstream_model::Faults;
use leadstream_model::fields::Fields;

impl Settings {
    /// Reads the layers; faults of values and of their combinations are added to `layers.faults`.
    #[must_use]
    pub fn read(layers: &mut Layers) -> Self {
        let mut settings = Self::default();
        for section in settings.sections() {
            read(layers, section.name(), |fields, faults| section.read(fields, faults));
        }
        settings.kafka.properties = properties::read(settings.kafka.properties_file.as_deref(), layers);
        let topics = &mut settings.topics;
        read(layers, "topics.mappings", |fields, faults| topics.read_mappings(fields, faults));
        let identity = &mut settings.identity;
        read(layers, "identity.types", |fields, faults| identity.read_types(fields, faults));
        let inputs = &mut settings.inputs;
        if !layers.values.contains_key("inputs.max_ahead") {
            inputs.max_ahead = Some(inputs.allowed_skew);
        }
        read(layers, "inputs.time_zones", |fields, faults| inputs.read_time_zones(fields, faults));
        read(layers, "inputs.formats", |fields, faults| inputs.read_formats(fields, faults));
        let (table, place) = layers.section("model.cart");
        let mut faults = Faults::default();
        settings.model.cart = leadstream_model::cart(Fields::new(&table, place), &mut faults);
        layers.take(faults);
        validate::check(&settings, layers);
        settings
    }

    fn sections(&mut self) -> [&mut dyn Section; 14] {
        [
            &mut self.kafka,
            &mut self.topics,
            &mut self.route,
            &mut self.registry,
            &mut self.inputs,
            &mut self.identity,
            &mut self.engine,
            &mut self.output,
            &mut self.deadletters,
            &mut self.http,
            &mut self.log,
            &mut self.state,
            &mut self.model,
            &mut self.check,
        ]
    }
}

fn read(layers: &mut Layers, section: &str, read: impl FnOnce(&mut Fields<'_>, &mut Faults)) {
    let (table, place) = layers.section(section);
    let mut faults = Faults::default();
    read(&mut Fields::new(&table, place), &mut faults);
    layers.take(faults);
}
