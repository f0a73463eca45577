//! Every name that the loaded models use.

use crate::domain::ids::name_hash;
use crate::domain::names::canonical::canonical;
use crate::domain::names::deeds::{is_sellers, is_told_by_tools};
use crate::domain::names::dictionary::{canonical_names, kind_of_track, usual};
use crate::domain::names::flags::{FlagPlaces, Flags};
use crate::domain::names::kind::{Kind, NameId, PropertyId};
use crate::domain::names::pages;
use crate::domain::names::said::consent_said;
use crate::domain::names::spelling::{MAX_NORMAL_BYTES, known, normal};
use crate::domain::names::tools::without_tool;
use crate::domain::titles::{OTHER_TITLE, TITLE_TRAITS};
use std::collections::{BTreeMap, BTreeSet};

/// A trait that some loaded model looks at: what identify calls say of a person, or (`group.industry`) group calls of a company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraitName {
    pub name: String,
    /// [`crate::domain::ids::name_hash`] of the name: how a record knows it.
    pub hash: u32,
    /// Where events carry it.
    pub property: PropertyId,
    pub of_company: bool,
    /// It is a job title: how to address somebody ("Ms") is none.
    pub is_title: bool,
}

/// Every event name, property and trait that the loaded models use. Built once; decoders look names up in it.
#[derive(Debug, Clone, Default)]
pub struct Vocabulary {
    names: Vec<String>,
    name_ids: BTreeMap<String, NameId>,
    properties: Vec<String>,
    property_ids: BTreeMap<String, PropertyId>,
    traits: Vec<TraitName>,
    user_agents: bool,
    /// What says where a prospect came from.
    pub source: Option<PropertyId>,
    pub campaign: Option<PropertyId>,
    /// Names by which sales speaks in some model.
    sales: BTreeSet<String>,
    flags: FlagPlaces,
    /// Names that say in some model that something was sold.
    contracts: BTreeSet<String>,
    /// Names that no model names in its own words.
    quiet: BTreeSet<String>,
}

impl Vocabulary {
    /// The id of an event name, making one when it is new. Aliases are resolved to the canonical name first.
    pub fn intern_name(&mut self, name: &str) -> NameId {
        let name = canonical(name);
        self.quiet.remove(name);
        if let Some(id) = self.name_ids.get(name) {
            return *id;
        }
        let id = NameId(u16::try_from(self.names.len()).unwrap_or(u16::MAX - 1));
        self.names.push(name.to_owned());
        self.name_ids.insert(name.to_owned(), id);
        id
    }

    /// The id of a property path, making one when it is new.
    pub fn intern_property(&mut self, path: &str) -> PropertyId {
        if let Some(id) = self.property_ids.get(path) {
            return *id;
        }
        if path == pages::PAGE_KIND {
            // It is made of the path, where there is one.
            self.intern_property("path");
        }
        let id = PropertyId(u16::try_from(self.properties.len()).unwrap_or(u16::MAX - 1));
        self.properties.push(path.to_owned());
        self.property_ids.insert(path.to_owned(), id);
        id
    }

    /// The hash by which records know a trait; from now on the trait is kept of every prospect.
    pub fn intern_trait(&mut self, name: &str) -> u32 {
        if let Some(known) = self.traits.iter().find(|t| t.name == name) {
            return known.hash;
        }
        let (of_company, rest) = name.strip_prefix("group.").map_or((false, name), |rest| (true, rest));
        let property = self.intern_property(&format!("traits.{rest}"));
        let hash = name_hash(name);
        let is_title = TITLE_TRAITS.contains(&name);
        self.traits.push(TraitName { name: name.to_owned(), hash, property, of_company, is_title });
        if is_title && !self.traits.iter().any(|t| t.name == OTHER_TITLE) {
            // Under names that may say something else: counts where no other says one.
            let property = self.intern_property(&format!("traits.{OTHER_TITLE}"));
            let other = TraitName { name: OTHER_TITLE.to_owned(), hash: name_hash(OTHER_TITLE), property, of_company, is_title };
            self.traits.push(other);
        }
        hash
    }

    /// All traits, in the order in which the models name them.
    #[must_use]
    pub fn traits(&self) -> &[TraitName] {
        &self.traits
    }

    /// Some model looks at the programs that make events.
    pub fn want_user_agents(&mut self) {
        self.user_agents = true;
    }

    /// Whether any model looks at the programs that make events.
    #[must_use]
    pub fn wants_user_agents(&self) -> bool {
        self.user_agents
    }

    /// Looks at what says where a prospect came from, whatever the models look at.
    pub fn intern_origin(&mut self) {
        self.source = Some(self.intern_property("context.campaign.source"));
        self.campaign = Some(self.intern_property("context.campaign.name"));
    }

    /// From now on an event of this name, if it has no other meaning, is what sales says.
    pub fn intern_sales(&mut self, name: &str) {
        self.sales.insert(canonical(name).to_owned());
    }

    /// From now on an event of this name, if it has no other meaning, says that something was sold.
    pub fn intern_contract(&mut self, name: &str) {
        self.contracts.insert(canonical(name).to_owned());
    }

    /// This name is looked at, but no model has named it so far.
    pub fn hush(&mut self, name: &str) {
        self.quiet.insert(canonical(name).to_owned());
    }

    /// What a canonical `track` name means, with these models.
    #[must_use]
    pub fn kind_of_track(&self, name: &str) -> Kind {
        match kind_of_track(name) {
            Kind::Other if self.sales.contains(name) => Kind::Sales,
            // Whoever says no is heard, also where a model names it in its own words.
            Kind::Other if consent_said(name).is_some() => consent_said(name).map_or(Kind::Other, kind_of_track),
            // What a model calls a sale is one, whatever its words sound like.
            Kind::Other if self.contracts.contains(name) => Kind::Contract,
            Kind::Other if is_sellers(name) => Kind::Seller,
            kind => kind,
        }
    }

    /// The canonical name of what teams call an event, where a model knows that one and none names the event in its own words.
    #[must_use]
    pub fn stands_for(&self, name: &str) -> Option<&'static str> {
        let (mut one, mut other) = ([0; MAX_NORMAL_BYTES], [0; MAX_NORMAL_BYTES]);
        let wanted = normal(name, &mut one)?;
        let mut is_it = |name: &str| normal(name, &mut other) == Some(wanted);
        let is_of = |rest: &str, name: &str| normal(name, &mut [0; MAX_NORMAL_BYTES]) == Some(rest);
        if known(name).is_some() || self.names.iter().any(|own| is_it(own)) {
            return None;
        }
        // A contract that no model names is told by its own name only: what teams call one may be something else in a shop.
        let is_named = |name: &str| self.name(name) != NameId::NONE && !self.quiet.contains(name);
        let has_meaning = |name: &str| !matches!(self.kind_of_track(name), Kind::Other | Kind::Contract) || is_named(name);
        if let Some((_, name)) = usual().find(|(usual, name)| is_it(usual) && has_meaning(name)) {
            return Some(name);
        }
        let rest = without_tool(wanted)?;
        let canonical = canonical_names().find(|name| is_of(rest, name) && has_meaning(name));
        let name = canonical.or_else(|| self.stands_for(rest)).or_else(|| known(rest).map(|known| known.name))?;
        is_told_by_tools(kind_of_track(name)).then_some(name)
    }

    /// The id of a canonical event name; [`crate::domain::names::kind::NameId::NONE`] when no model uses it.
    #[must_use]
    pub fn name(&self, canonical_name: &str) -> NameId {
        self.name_ids.get(canonical_name).copied().unwrap_or(NameId::NONE)
    }

    /// The id of a property path, when some model looks at it.
    #[must_use]
    pub fn property(&self, path: &str) -> Option<PropertyId> {
        self.property_ids.get(path).copied()
    }

    /// All property paths, in the order of their ids.
    #[must_use]
    pub fn properties(&self) -> &[String] {
        &self.properties
    }

    /// All event names, in the order of their ids.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }
}

impl Vocabulary {
    /// The bit of a place; none when there are too many, which the check of the models refuses.
    pub fn intern_flag(&mut self, path: &str) -> u64 {
        let paths = &mut self.flags.paths;
        let at = paths.iter().position(|known| known == path).unwrap_or_else(|| {
            paths.push(path.to_owned());
            paths.len() - 1
        });
        u32::try_from(at).ok().and_then(|at| 1_u64.checked_shl(at)).unwrap_or_default()
    }

    /// From now on consent is withdrawn by these flags.
    pub fn intern_withdrawing(&mut self, flags: Flags) {
        self.flags.withdrawing.yes |= flags.yes;
        self.flags.withdrawing.no |= flags.no;
    }

    /// Some model asks from which network an event came.
    pub fn want_networks(&mut self) {
        self.flags.networks = true;
    }

    /// Every place that says yes or no.
    #[must_use]
    pub fn flags(&self) -> &FlagPlaces {
        &self.flags
    }
}
