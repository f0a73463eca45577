//! What companies and people are called, and what stands on their cards.

use super::role::Role;

/// Where companies are: country, time zone, language, currency, how many in a hundred.
#[derive(Debug)]
pub(super) struct Country {
    pub code: &'static str,
    pub zone: &'static str,
    pub language: Language,
    pub locale: &'static str,
    pub currency: &'static str,
    pub legal_form: &'static str,
    pub weight: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    English,
    German,
    French,
    Spanish,
    Italian,
    Dutch,
    Swedish,
}

const fn country(
    code: &'static str,
    zone: &'static str,
    language: Language,
    locale: &'static str,
    currency: &'static str,
    legal_form: &'static str,
    weight: u32,
) -> Country {
    Country { code, zone, language, locale, currency, legal_form, weight }
}

pub(super) const COUNTRIES: [Country; 13] = [
    country("DE", "Europe/Berlin", Language::German, "de-DE", "EUR", "GmbH", 24),
    country("GB", "Europe/London", Language::English, "en-GB", "GBP", "Ltd", 14),
    country("US", "America/New_York", Language::English, "en-US", "USD", "Inc.", 12),
    country("US", "America/Los_Angeles", Language::English, "en-US", "USD", "LLC", 7),
    country("FR", "Europe/Paris", Language::French, "fr-FR", "EUR", "SAS", 10),
    country("NL", "Europe/Amsterdam", Language::Dutch, "nl-NL", "EUR", "B.V.", 7),
    country("AT", "Europe/Vienna", Language::German, "de-AT", "EUR", "GmbH", 4),
    country("CH", "Europe/Zurich", Language::German, "de-CH", "EUR", "AG", 4),
    country("ES", "Europe/Madrid", Language::Spanish, "es-ES", "EUR", "S.L.", 6),
    country("IT", "Europe/Rome", Language::Italian, "it-IT", "EUR", "S.r.l.", 5),
    country("SE", "Europe/Stockholm", Language::Swedish, "sv-SE", "EUR", "AB", 4),
    country("IN", "Asia/Kolkata", Language::English, "en-IN", "USD", "Pvt. Ltd.", 2),
    country("SG", "Asia/Singapore", Language::English, "en-SG", "USD", "Pte. Ltd.", 1),
];

/// A line of business: how a form or an enrichment service calls it (the usual word first), words of company names, its weight.
#[derive(Debug)]
pub(super) struct Industry {
    pub words: [&'static str; 2],
    pub names: [&'static str; 4],
    pub weight: u32,
}

const fn industry(words: [&'static str; 2], names: [&'static str; 4], weight: u32) -> Industry {
    Industry { words, names, weight }
}

pub(super) const INDUSTRIES: [Industry; 10] = [
    industry(["software", "Computer Software"], ["Systems", "Software", "Cloud", "Labs"], 24),
    industry(["manufacturing", "Machinery"], ["Werke", "Precision", "Industries", "Robotics"], 18),
    industry(["finance", "Financial Services"], ["Capital", "Insurance", "Payments", "Bank"], 12),
    industry(["healthcare", "Hospital & Health Care"], ["Health", "Medical", "Clinics", "Pharma"], 10),
    industry(["retail", "Retail"], ["Retail", "Stores", "Market", "Fashion"], 11),
    industry(["logistics", "Logistics and Supply Chain"], ["Logistics", "Freight", "Spedition", "Shipping"], 9),
    industry(["education", "Higher Education"], ["Academy", "Learning", "Campus", "Institute"], 5),
    industry(["media", "Marketing and Advertising"], ["Media", "Agency", "Studio", "Press"], 5),
    industry(["public sector", "Government Administration"], ["City Services", "Utilities", "Transit", "Housing"], 3),
    industry(["energy", "Renewables & Environment"], ["Energy", "Solar", "Grid", "Power"], 3),
];

pub(super) const MAKERS: [&str; 47] = [
    "Nordlicht",
    "Alster",
    "Kestrel",
    "Fjordling",
    "Halden",
    "Ravine",
    "Tarnfeld",
    "Beacon",
    "Cairnwood",
    "Wrenfield",
    "Maplewood",
    "Brightwater",
    "Solberg",
    "Vantage",
    "Ostara",
    "Quercus",
    "Lindqvist",
    "Almeida",
    "Ferrantis",
    "Bruyne",
    "Montclair",
    "Silverline",
    "Hartmann",
    "Keller",
    "Rosenthal",
    "Ashdown",
    "Thornbury",
    "Calder",
    "Evergreen",
    "Pinnacle",
    "Meridian",
    "Aurelia",
    "Corvid",
    "Delphin",
    "Elbtal",
    "Falken",
    "Glenmore",
    "Hafen",
    "Isar",
    "Juniper",
    "Kronberg",
    "Lumen",
    "Marlow",
    "Neptun",
    "Orchard",
    "Polaris",
    "Ridgeway",
];

pub(super) const CITIES: [&str; 12] =
    ["Nord", "Süd", "West", "Lyon", "Leeds", "Austin", "Utrecht", "Linz", "Basel", "Sevilla", "Torino", "Malmö"];

/// First and family names of a language.
pub(super) fn names(language: Language) -> (&'static [&'static str; 12], &'static [&'static str; 12]) {
    match language {
        Language::English => (
            &["Olivia", "James", "Amelia", "Noah", "Priya", "Ethan", "Grace", "Marcus", "Hannah", "Daniel", "Zoe", "Samir"],
            &[
                "Smith", "Patel", "Walker", "Nguyen", "Hughes", "O'Brien", "Carter", "Khan", "Bennett", "Lewis", "Foster",
                "Wright",
            ],
        ),
        Language::German => (
            &["Anna", "Jürgen", "Lena", "Matthias", "Katrin", "Sören", "Ayşe", "Thomas", "Julia", "Björn", "Sabine", "Florian"],
            &[
                "Müller", "Schäfer", "Weiß", "Krüger", "Yılmaz", "Hoffmann", "Bäcker", "Vogel", "Lang", "Brandt", "Seidel",
                "Körner",
            ],
        ),
        Language::French => (
            &["Camille", "Hélène", "Luc", "François", "Chloé", "Mathieu", "Inès", "Benoît", "Sophie", "Rémi", "Zoé", "Karim"],
            &[
                "Martin",
                "Lefèvre",
                "Dubois",
                "Moreau",
                "Benali",
                "Girard",
                "Faure",
                "Rousseau",
                "Chevalier",
                "Blanc",
                "Noël",
                "Perrin",
            ],
        ),
        Language::Spanish => (
            &["Lucía", "Javier", "Carmen", "Íñigo", "Marta", "Sergio", "Begoña", "Pablo", "Elena", "Raúl", "Nuria", "Diego"],
            &["García", "Muñoz", "Peña", "Romero", "Iglesias", "Núñez", "Vidal", "Castro", "Ortega", "Ibáñez", "Serra", "Prieto"],
        ),
        Language::Italian => (
            &["Giulia", "Marco", "Chiara", "Niccolò", "Sara", "Lorenzo", "Paola", "Davide", "Elisa", "Matteo", "Irene", "Fabio"],
            &[
                "Rossi",
                "Bianchi",
                "Ferrari",
                "Conti",
                "Greco",
                "Marchetti",
                "Costa",
                "Fontana",
                "Rinaldi",
                "Serra",
                "Villa",
                "Testa",
            ],
        ),
        Language::Dutch => (
            &["Sanne", "Daan", "Fleur", "Jeroen", "Lotte", "Bram", "Marieke", "Thijs", "Anouk", "Ruben", "Femke", "Koen"],
            &["de Vries", "Jansen", "Bakker", "Visser", "Smit", "Mulder", "de Boer", "Bos", "Dekker", "Kok", "Maas", "Prins"],
        ),
        Language::Swedish => (
            &["Astrid", "Erik", "Maja", "Göran", "Åsa", "Nils", "Linnea", "Oskar", "Ebba", "Jonas", "Malin", "Viktor"],
            &["Lindqvist", "Öberg", "Sjöström", "Nyström", "Åkesson", "Holm", "Ek", "Dahl", "Norén", "Strand", "Falk", "Hedlund"],
        ),
    }
}

/// What is on the business card of someone with this part in a purchase.
pub(super) fn titles(role: Role, language: Language) -> &'static [&'static str] {
    let english: [&[&str]; 5] = [
        &["CEO", "Managing Director", "VP Operations", "Chief Financial Officer", "Head of IT", "Owner"],
        &["Software Engineer", "IT Architect", "DevOps Engineer", "Data Engineer", "Senior Developer", "Systems Engineer"],
        &["Marketing Manager", "Head of Growth", "Content Lead", "International Marketing Manager", "Brand Manager"],
        &["Purchasing Manager", "Procurement Specialist", "Senior Buyer", "Strategic Sourcing Lead"],
        &["Operations Analyst", "Office Manager", "Sales Operations", "Product Owner", "Contractor", "Customer Support Lead"],
    ];
    let german: [&[&str]; 5] = [
        &["Geschäftsführer", "Vorstand", "Leiter IT", "CFO", "Inhaberin", "Director Digital"],
        &["Softwareentwickler", "IT-Architektin", "Ingenieur Automatisierung", "DevOps Engineer", "Teamleiter Entwicklung"],
        &["Marketingleiterin", "Online Marketing Manager", "Referent Marketing", "Content Manager"],
        &["Leiter Einkauf", "Strategische Einkäuferin", "Einkauf IT", "Procurement Manager"],
        &["Sachbearbeiterin", "Controller", "Projektleiter", "Vertriebsinnendienst", "Product Owner"],
    ];
    let french: [&[&str]; 5] = [
        &["Directeur général", "Présidente", "DSI", "Directrice financière", "Gérant"],
        &["Ingénieur logiciel", "Architecte SI", "Développeuse", "Ingénieur DevOps"],
        &["Responsable marketing", "Directrice marketing", "Chef de produit", "Chargé de communication"],
        &["Responsable achats", "Acheteuse", "Directeur des achats"],
        &["Chef de projet", "Contrôleur de gestion", "Assistante de direction"],
    ];
    let spanish: [&[&str]; 5] = [
        &["Director general", "Consejera delegada", "Director financiero", "CTO"],
        &["Ingeniera de software", "Arquitecto de sistemas", "Desarrollador"],
        &["Responsable de marketing", "Directora de marketing", "Community manager"],
        &["Jefe de compras", "Responsable de compras"],
        &["Jefa de proyecto", "Analista de operaciones", "Administrativo"],
    ];
    let italian: [&[&str]; 5] = [
        &["Amministratore delegato", "Direttrice generale", "CIO", "Titolare"],
        &["Ingegnere del software", "Sviluppatrice", "Architetto IT"],
        &["Responsabile marketing", "Digital marketing manager"],
        &["Responsabile acquisti", "Buyer"],
        &["Impiegata", "Project manager", "Analista"],
    ];
    let dutch: [&[&str]; 5] = [
        &["Algemeen directeur", "CEO", "Financieel directeur", "Hoofd IT"],
        &["Software engineer", "Ontwikkelaar", "IT-architect"],
        &["Marketingmanager", "Growth marketeer"],
        &["Inkoper", "Hoofd inkoop"],
        &["Projectleider", "Officemanager", "Business analyst"],
    ];
    let swedish: [&[&str]; 5] = [
        &["VD", "Ekonomichef", "CTO", "IT-chef"],
        &["Mjukvaruutvecklare", "Systemarkitekt", "DevOps Engineer"],
        &["Marknadschef", "Content manager"],
        &["Inköpare", "Inköpschef"],
        &["Projektledare", "Verksamhetsutvecklare"],
    ];
    let all = match language {
        Language::English => english,
        Language::German => german,
        Language::French => french,
        Language::Spanish => spanish,
        Language::Italian => italian,
        Language::Dutch => dutch,
        Language::Swedish => swedish,
    };
    all[role as usize % 5]
}

pub(super) const STUDENTS: [&str; 5] = ["Student", "PhD student", "Werkstudentin", "Étudiant", "Intern"];
pub(super) const RIVALS: [&str; 4] =
    ["Product Manager", "Competitive Intelligence Analyst", "Solutions Engineer", "Strategy Lead"];

/// A name as it stands in an address: small letters of ASCII, with hyphens for the rest.
pub(super) fn slug(text: &str) -> String {
    let mut slug = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            'ä' | 'Ä' => slug.push_str("ae"),
            'ö' | 'Ö' => slug.push_str("oe"),
            'ü' | 'Ü' => slug.push_str("ue"),
            'ß' => slug.push_str("ss"),
            'é' | 'è' | 'ê' | 'ë' => slug.push('e'),
            'á' | 'à' | 'å' | 'Å' => slug.push('a'),
            'í' | 'î' | 'ï' | 'Í' | 'ı' => slug.push('i'),
            'ó' | 'ò' | 'ô' => slug.push('o'),
            'ú' => slug.push('u'),
            'ñ' => slug.push('n'),
            'ç' => slug.push('c'),
            'ş' => slug.push('s'),
            '\'' | '.' => {}
            c if c.is_ascii_alphanumeric() => slug.push(c.to_ascii_lowercase()),
            _ => slug.push('-'),
        }
    }
    slug
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_every_language_make_addresses() {
        for country in &COUNTRIES {
            let (first, last) = names(country.language);
            for name in first.iter().chain(last) {
                let slug = slug(name);
                assert!(slug.len() >= 2 && slug.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{name} -> {slug}");
            }
        }
    }
}
