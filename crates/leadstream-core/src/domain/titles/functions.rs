//! Words that say what somebody works on: the table behind `docs/personas.md`.

use super::ranks::has;

/// What somebody works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Function {
    Design,
    Engineering,
    It,
    Product,
    Marketing,
    Purchasing,
    Sales,
    Finance,
    People,
    Legal,
    Support,
    Operations,
    Research,
}

impl Function {
    /// Each with its name in model files.
    pub const ALL: [(&'static str, Self); 13] = [
        ("design", Self::Design),
        ("engineering", Self::Engineering),
        ("it", Self::It),
        ("product", Self::Product),
        ("marketing", Self::Marketing),
        ("purchasing", Self::Purchasing),
        ("sales", Self::Sales),
        ("finance", Self::Finance),
        ("people", Self::People),
        ("legal", Self::Legal),
        ("support", Self::Support),
        ("operations", Self::Operations),
        ("research", Self::Research),
    ];

    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, one)| *one == self).map_or("", |(name, _)| name)
    }
}

/// Several words that mean another thing than each of them; looked at before the words. `None`: nothing of the kind.
const PHRASES: &[(&str, Option<Function>)] = &[
    ("content designer", Some(Function::Design)),
    ("content design", Some(Function::Design)),
    ("brand designer", Some(Function::Design)),
    ("content moderator", Some(Function::Support)),
    ("content moderation", Some(Function::Support)),
    ("media buyer", Some(Function::Marketing)),
    ("media buying", Some(Function::Marketing)),
    ("home buyer", None),
    ("house buyer", None),
    ("time buyer", None),
    ("talent sourcing", Some(Function::People)),
    ("business developer", Some(Function::Sales)),
    ("business development", Some(Function::Sales)),
    ("sales development", Some(Function::Sales)),
    ("account executive", Some(Function::Sales)),
    ("account manager", Some(Function::Sales)),
    ("real estate developer", None),
    ("property developer", None),
    ("land developer", None),
    ("curriculum developer", Some(Function::People)),
    ("landscape architect", None),
    ("interior architect", Some(Function::Design)),
    ("growth equity", Some(Function::Finance)),
    ("growth capital", Some(Function::Finance)),
    ("data scientist", Some(Function::Engineering)),
    ("data science", Some(Function::Engineering)),
    ("machine learning", Some(Function::Engineering)),
    ("product owner", Some(Function::Product)),
    ("product manager", Some(Function::Product)),
    ("product management", Some(Function::Product)),
    ("product lead", Some(Function::Product)),
    ("information technology", Some(Function::It)),
    ("system administrator", Some(Function::It)),
    ("systems administrator", Some(Function::It)),
    ("human resources", Some(Function::People)),
    ("demand generation", Some(Function::Marketing)),
    ("lead generation", Some(Function::Marketing)),
    ("social media", Some(Function::Marketing)),
    ("public relations", Some(Function::Marketing)),
    ("customer success", Some(Function::Support)),
    ("customer service", Some(Function::Support)),
    ("supply chain", Some(Function::Operations)),
];

/// Words, by what they say; earlier rows go before later ones.
const WORDS: &[(Function, &str)] = &[
    (
        Function::Engineering,
        "engineer|engineers|engineering|developer|developers|programmer|architect|devops|devsecops|sre|coder|software|\
         ingénieur|ingénieure|développeur|développeuse|desarrollador|desarrolladora|ingeniero|ingeniera|sviluppatore|\
         sviluppatrice|ingegnere|ontwikkelaar|architekt|architektin|architekten|architecte|arquitecto|arquitecta|architetto|\
         architetta|arkitekt|systemarkitekt|entwicklung|utvecklare|mjukvaruutvecklare|systemutvecklare|programista|cto",
    ),
    (
        Function::Marketing,
        "marketing|marketer|marketeer|growth|brand|branding|content|seo|sem|ppc|communications|pr|cmo|mercadotecnia|\
         mercadeo|kommunikation|communication|copywriter|community|marknad|marknadsföring|marknadschef",
    ),
    (
        Function::Purchasing,
        "purchasing|purchaser|purchase|purchases|procurement|buyer|buying|sourcing|acheteur|acheteuse|achats|achat|\
         comprador|compradora|compras|acquisti|inkoper|inkoop|zakupów|einkauf|inköp|inköpare|inköpschef|innkjøp",
    ),
    (Function::Design, "designer|design|ux|ui|diseñador|diseñadora|grafiker|grafikerin"),
    (Function::It, "it|sysadmin|informatik|informatique|informática|cio|ciso|dsi|infrastructure|network|cybersecurity"),
    (Function::Sales, "sales|ventes|commercial|commerciale|ventas|vendite|verkoop|cro|sdr|bdr"),
    (
        Function::Finance,
        "finance|financial|accounting|accountant|controller|controlling|cfo|treasury|treasurer|daf|comptable|finanzas|\
         finanza|audit|auditor",
    ),
    (Function::People, "hr|people|talent|recruiter|recruiting|recruitment|personal|rh|drh|chro|learning|training"),
    (Function::Legal, "legal|counsel|lawyer|attorney|jurist|juristin|recht|compliance|juridique|clo"),
    (Function::Support, "support|helpdesk|service|kundendienst|kundenservice"),
    (Function::Operations, "operations|ops|coo|logistics|logistik|plant|factory|production|produktion|manufacturing|facility"),
    (Function::Research, "research|researcher|scientist|forschung|recherche"),
    (Function::Product, "product"),
];

/// Parts of German compounds that mean nothing else.
const STEMS: &[(&str, Function)] = &[
    ("entwickler", Function::Engineering),
    ("ingenieur", Function::Engineering),
    ("marketing", Function::Marketing),
    ("einkauf", Function::Purchasing),
    ("einkäuf", Function::Purchasing),
    ("einkaeuf", Function::Purchasing),
    ("beschaffung", Function::Purchasing),
    ("vertrieb", Function::Sales),
    ("verkauf", Function::Sales),
    ("buchhalt", Function::Finance),
    ("finanz", Function::Finance),
    ("personalleit", Function::People),
    ("rechtsabteilung", Function::Legal),
];

/// What the words of a title say.
pub(super) fn of(words: &[String]) -> Option<Function> {
    let phrases = PHRASES.iter().find(|(text, _)| {
        let phrase: Vec<&str> = text.split(' ').collect();
        words.windows(phrase.len()).any(|window| window.iter().zip(&phrase).all(|(word, of)| word == of))
    });
    if let Some((_, function)) = phrases {
        return *function;
    }
    let known = WORDS.iter().find(|(_, known)| words.iter().any(|word| has(known, word)));
    let stem = || STEMS.iter().find(|(stem, _)| words.iter().any(|word| word.contains(stem))).map(|(_, function)| *function);
    known.map(|(function, _)| *function).or_else(stem)
}
