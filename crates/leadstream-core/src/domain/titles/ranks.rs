//! Words that say how far up somebody stands: the table behind `docs/personas.md`. Sources: the levels of the usual enrichment services
//! (owner, C-level, VP, director, manager, senior, entry), and titles as they stand in the commercial registers of their countries.

/// How far up somebody stands, lowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Seniority {
    /// In training: students, interns, apprentices.
    Student,
    /// Works for somebody who decides: assistants, secretaries.
    Assistant,
    Staff,
    /// Lead, principal, senior.
    Senior,
    Manager,
    /// Heads a department: director, head of.
    Director,
    Vp,
    /// Heads the company: C-level, managing director, president, board.
    Executive,
    /// Owner, founder, partner of a firm.
    Owner,
}

impl Seniority {
    /// Each with its name in model files, highest first.
    pub const ALL: [(&'static str, Self); 9] = [
        ("owner", Self::Owner),
        ("executive", Self::Executive),
        ("vp", Self::Vp),
        ("director", Self::Director),
        ("manager", Self::Manager),
        ("senior", Self::Senior),
        ("staff", Self::Staff),
        ("assistant", Self::Assistant),
        ("student", Self::Student),
    ];

    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, one)| *one == self).map_or("", |(name, _)| name)
    }

    /// "Assistant" before a rank: an assistant vice president is one, an assistant director manages.
    pub(super) fn below(self) -> Self {
        match self {
            Self::Director => Self::Manager,
            Self::Manager | Self::Senior => Self::Staff,
            Self::Owner | Self::Executive => Self::Assistant,
            other => other,
        }
    }
}

/// What a word says where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rank {
    None,
    Is(Seniority),
    /// Whatever follows: whom they assist.
    Only(Seniority),
    /// One below what follows.
    Below,
}

/// The words around one.
pub(super) struct Around<'a> {
    pub before: &'a [String],
    pub after: &'a [String],
}

impl Around<'_> {
    fn is_before(&self, words: &str) -> bool {
        self.before.last().is_some_and(|word| has(words, word))
    }

    fn is_after(&self, words: &str) -> bool {
        self.after.first().is_some_and(|word| has(words, word))
    }
}

/// Whether a word is one of a list; a bar parts its words.
pub(super) fn has(list: &str, word: &str) -> bool {
    list.split('|').any(|one| one == word)
}

/// What was, or may be one day.
pub(super) const NOT_NOW: &str =
    "former|formerly|ex|retired|aspiring|future|previous|past|ehemaliger|ehemalige|ehem|ancien|ancienne|wannabe";

/// What stands behind them is not the title itself.
pub(super) const PREPOSITIONS: &str = "of|to|for|at|in|from|with|within|on|by|reporting|der|des|für|bei|im|am|von|vom|zum|zur|mit|de|du|d|la|le|l|à|au|aux|\
     en|chez|pour|del|para|di|della|dell|van|bij|voor|do|da|dla";

/// Several words that are one title; the longest first.
const PHRASES: &[(&str, Seniority)] = &[
    ("chief executive officer", Seniority::Executive),
    ("mitglied der geschäftsleitung", Seniority::Executive),
    ("mitglied der geschäftsführung", Seniority::Executive),
    ("mitglied des vorstands", Seniority::Executive),
    ("member of the executive board", Seniority::Executive),
    ("member of the management board", Seniority::Executive),
    ("member of the board", Seniority::Executive),
    ("chairman of the board", Seniority::Executive),
    ("chief of staff", Seniority::Manager),
    ("chef de projet", Seniority::Manager),
    ("chef de produit", Seniority::Manager),
    ("chef de service", Seniority::Manager),
    ("chef d entreprise", Seniority::Owner),
    ("it chef", Seniority::Director),
    ("jefe de estudios", Seniority::Manager),
    ("jefe de", Seniority::Manager),
    ("jefa de", Seniority::Manager),
    ("assistant vice president", Seniority::Vp),
    ("associate vice president", Seniority::Vp),
    ("vice president", Seniority::Vp),
    ("vice presidente", Seniority::Vp),
    ("vice président", Seniority::Vp),
    ("vice présidente", Seniority::Vp),
    ("vizepräsident", Seniority::Vp),
    ("executive vp", Seniority::Vp),
    ("senior vp", Seniority::Vp),
    ("vice chairman", Seniority::Executive),
    ("vice chair", Seniority::Executive),
    ("managing director", Seniority::Executive),
    ("executive director", Seniority::Executive),
    ("director general", Seniority::Executive),
    ("directora general", Seniority::Executive),
    ("director gerente", Seniority::Executive),
    ("directeur général", Seniority::Executive),
    ("directrice générale", Seniority::Executive),
    ("directeur general", Seniority::Executive),
    ("algemeen directeur", Seniority::Executive),
    ("gerente general", Seniority::Executive),
    ("gerente geral", Seniority::Executive),
    ("diretor geral", Seniority::Executive),
    ("diretora geral", Seniority::Executive),
    ("direttore generale", Seniority::Executive),
    ("direttrice generale", Seniority::Executive),
    ("amministratore delegato", Seniority::Executive),
    ("amministratore unico", Seniority::Executive),
    ("consejero delegado", Seniority::Executive),
    ("consejera delegada", Seniority::Executive),
    ("verkställande direktör", Seniority::Executive),
    ("daglig leder", Seniority::Executive),
    ("prezes zarządu", Seniority::Executive),
    ("członek zarządu", Seniority::Executive),
    ("chief executive", Seniority::Executive),
    ("board member", Seniority::Executive),
    ("board director", Seniority::Executive),
    ("geschäftsführende gesellschafterin", Seniority::Owner),
    ("geschäftsführender gesellschafter", Seniority::Owner),
    ("owner operator", Seniority::Owner),
    ("owner manager", Seniority::Owner),
    ("sole trader", Seniority::Owner),
    ("sole proprietor", Seniority::Owner),
    ("self employed", Seniority::Owner),
    ("general manager", Seniority::Director),
    ("country manager", Seniority::Director),
    ("general counsel", Seniority::Director),
    ("secretary general", Seniority::Director),
    ("general secretary", Seniority::Director),
    ("art director", Seniority::Senior),
    ("directeur artistique", Seniority::Senior),
    ("directrice artistique", Seniority::Senior),
    ("founding engineer", Seniority::Senior),
    ("account executive", Seniority::Staff),
    ("working student", Seniority::Student),
    ("student assistant", Seniority::Student),
    ("studentische hilfskraft", Seniority::Student),
];

const EXECUTIVES: &str = "ceo|cto|cfo|cmo|cio|coo|cro|ciso|cso|cpo|cdo|chro|cco|cko|cxo|cao|clo|cbo|cgo|caio|cdio|cito|president|presidente|\
     presidenta|président|présidente|präsident|präsidentin|prezes|pdg|dg|dsi|daf|drh|chairman|chairwoman|chairperson|\
     chair|geschäftsführer|geschäftsführerin|geschäftsführung|geschäftsleitung|geschäftsleiter|geschäftsleiterin|\
     geschaeftsfuehrer|geschaeftsfuehrerin|geschäftsführende|geschäftsführender|vorstand|vorständin|vorstandsvorsitzender|\
     vorstandsvorsitzende|vorstandsmitglied|bestuurder|gérant|gérante|vd";

const OWNERS: &str = "founder|cofounder|cofounders|gründer|gründerin|mitgründer|mitgründerin|gruender|fondateur|fondatrice|cofondateur|\
     cofondatrice|fundador|fundadora|cofundador|cofundadora|fondatore|oprichter|grundare|założyciel|inhaber|inhaberin|\
     geschäftsinhaber|geschäftsinhaberin|mitinhaber|gesellschafter|gesellschafterin|propriétaire|proprietor|propietario|\
     propietaria|proprietário|proprietária|dueño|dueña|dono|titolare|eigenaar|eigentümer|eigentümerin|ägare|właściciel|\
     zaakvoerder|entrepreneur|unternehmer|unternehmerin";

/// Owners of firms; owners of products, processes and homes are none.
const OWNED_FIRMS: &str = "business|company|firm|shop|store|restaurant|agency|franchise|hotel|salon|studio|practice|gym|café|cafe|bar|bakery|\
     brewery|winery|boutique|garage|pharmacy|co|sole|part|joint|majority|managing|small|founding|founder|brand|clinic";
const PARTNERS: &str = "managing|founding|senior|general|equity|junior|associate|named|law|limited|operating";

const VPS: &str = "vp|svp|evp|avp|vicepresident";

const DIRECTORS: &str = "director|directora|directors|directeur|directrice|direttore|direttrice|diretor|diretora|direktor|direktorin|direktör|\
     direktør|dyrektor|leiter|leiterin|leitung|hoofd|prokurist|prokuristin|dean|rector|bereichsleitung|abteilungsleitung|\
     superintendent|commissioner|mayor|bürgermeister|bürgermeisterin|avdelingsleder|avdelningschef|ekonomichef|\
     försäljningschef|inköpschef|marknadschef|personalchef|produktionschef|utvecklingschef";
/// Compounds that end so lead a department; those of the second list a team, a project or a shift.
const LEADING: &str = "leiter|leiterin|direktor";
const LEADING_LESS: &str = "team|projekt|schicht|gruppen|filial|bau|kurs|seminar|stations|markt|objekt|küchen";

const MANAGERS: &str = "manager|managerin|managers|gerente|responsable|responsabile|kierownik|supervisor|foreman|controller|treasurer|\
     superviseur|encargado|encargada|coordinador|jefe|jefa|leder|capo|verantwortlicher|verantwortliche|referatsleiter|\
     teamleiter|teamleiterin|teamlead|mgr";

const SENIORS: &str = "senior|lead|principal|expert|experte|expertin|fellow|sr";

const ASSISTANTS: &str = "assistant|assistants|assistent|assistentin|assistenz|assistante|asistente|assistente|secretary|sekretär|sekretärin|\
     sekretariat|secrétaire|secretaria|secretario|segretaria|segretario|secretaresse|pa|ea|receptionist|asystent|\
     asystentka|vorstandsassistentin";

const STUDENTS: &str = "étudiant|étudiante|etudiant|etudiante|estudiante|estudante|studentin|studente|studentessa|studierende|studierender|\
     werkstudent|werkstudentin|werkstudierende|praktikant|praktikantin|praktikum|interns|internship|stagiaire|stagiair|\
     stagista|stagiario|tirocinante|becario|becaria|pasante|practicante|estagiário|estagiária|apprentice|apprenti|\
     apprentie|azubi|auszubildende|auszubildender|alternant";
/// What may follow a student: the rest is work for or with students ("Student Affairs Director", "Intern Program Manager").
const AFTER_STUDENT: &str =
    "worker|employee|researcher|research|ambassador|candidate|engineer|developer|trainee|body|nurse|teacher";
const WITH_INTERNS: &str =
    "program|programme|programs|coordinator|manager|recruiter|recruiting|recruitment|supervisor|relations|mentor";

/// Work, whoever's name stands before it: "CEO Office", "Student Counselor", "Partner Consultant".
const STAFF: &str = "office|officer|coordinator|specialist|analyst|advisor|adviser|consultant|counselor|counsellor|recruiter|\
     representative|rep|agent|associate|engineer|developer|designer|architect|scientist|administrative|teacher|lecturer|\
     professor|coach|trainer|trainee|nurse|chef|cook|driver|operator|technician|accountant|auditor|lawyer|attorney|\
     counsel|editor|writer|journalist|strategist|planner|buyer|purchaser|clerk|worker|contractor|freelancer|freelance|\
     ambassador|executive|programmer|tester|researcher|scrum|staff|liaison|mitarbeiter|mitarbeiterin|berater|beraterin|\
     sachbearbeiter|sachbearbeiterin|entwickler|entwicklerin|referent|referentin|administrator|meister";

/// A title of several words, and where it ends.
pub(super) fn phrase(words: &[String]) -> Option<(Seniority, usize)> {
    // Who assists one is none.
    let assists = |n: usize| {
        words[..n].iter().any(|word| has(ASSISTANTS, word) && word != "assistant")
            || words[..n].iter().any(|word| has(PREPOSITIONS, word))
    };
    PHRASES.iter().find_map(|(text, seniority)| {
        let phrase: Vec<&str> = text.split(' ').collect();
        let at = words.windows(phrase.len()).position(|window| window.iter().zip(&phrase).all(|(word, of)| word == of))?;
        if assists(at) || (at > 0 && words[at - 1] == "assistant") {
            return None;
        }
        Some((*seniority, at + phrase.len()))
    })
}

/// What one word says of the rank.
pub(super) fn of_word(word: &str, around: &Around<'_>) -> Rank {
    let is = Rank::Is;
    match word {
        "chief" if around.after.iter().any(|word| word == "officer") => return is(Seniority::Executive),
        "officer" if around.before.iter().any(|word| word == "chief") => return is(Seniority::Executive),
        "executive" if around.before.is_empty() && around.after.is_empty() => return is(Seniority::Executive),
        "chief" | "head" => return is(Seniority::Director),
        "principal" if around.after.is_empty() => return is(Seniority::Director),
        "owner" if around.before.is_empty() || around.is_before(OWNED_FIRMS) => return is(Seniority::Owner),
        "partner" | "partnerin" | "socio" | "socia" | "sócio" | "associé" | "associée"
            if (around.before.is_empty() && around.after.is_empty()) || around.is_before(PARTNERS) =>
        {
            return is(Seniority::Owner);
        }
        "owner" | "partner" => return is(Seniority::Staff),
        "assistant" if is_ranked(around) => return Rank::Below,
        "assistant" if around.before.is_empty() => return Rank::Only(Seniority::Assistant),
        "student" | "students" => {
            let of = around.after.is_empty() || around.is_after(AFTER_STUDENT) || around.is_after(ASSISTANTS);
            return if of { is(Seniority::Student) } else { Rank::None };
        }
        // In German the word says "internal": "Leiter Vertrieb intern".
        "intern" => {
            let is_one = !around.after.iter().any(|word| has(WITH_INTERNS, word))
                && !around.before.iter().any(|word| is_leading(word).is_some() || has("leiter|leiterin|leitung|direktor", word));
            return if is_one { is(Seniority::Student) } else { Rank::None };
        }
        _ => {}
    }
    let any = |list: &str| has(list, word);
    if any(OWNERS) {
        is(Seniority::Owner)
    } else if any(EXECUTIVES) {
        is(Seniority::Executive)
    } else if any(VPS) {
        is(Seniority::Vp)
    } else if any(MANAGERS) || is_leading(word) == Some(false) {
        is(Seniority::Manager)
    } else if any(DIRECTORS) || is_leading(word) == Some(true) {
        is(Seniority::Director)
    } else if word == "assistant" {
        is(Seniority::Assistant)
    } else if any(ASSISTANTS) {
        Rank::Only(Seniority::Assistant)
    } else if any(STUDENTS) {
        is(Seniority::Student)
    } else if any(STAFF) {
        is(Seniority::Staff)
    } else if any(SENIORS) {
        is(Seniority::Senior)
    } else {
        Rank::None
    }
}

/// "Assistant" stands right before a rank: "Assistant Director", not "Assistant to the Director".
fn is_ranked(around: &Around<'_>) -> bool {
    around.before.is_empty() && around.is_after("director|manager|vp|vice|principal|professor|controller|treasurer")
}

/// A German compound: `Some(true)` heads a department, `Some(false)` a team.
fn is_leading(word: &str) -> Option<bool> {
    let stem = LEADING.split('|').find_map(|end| word.strip_suffix(end)).filter(|stem| stem.len() >= 2)?;
    Some(!has(LEADING_LESS, stem))
}
