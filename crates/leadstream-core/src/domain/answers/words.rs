//! The words of answers: the table behind `docs/personas.md`. A bar parts them; each is found as whole words.

pub(super) const UNKNOWN: &str = "n/a|na|tbd|tbc|unknown|undefined|null|nil|not set|dont know|do not know|i dont know|not sure|unsure|unclear|\
     undecided|noch offen|noch unklar|weiß nicht|unbekannt|je ne sais pas|please select|select|choose|other|prefer not to say|later|keine angabe";
/// Alone they say no.
pub(super) const NO: &str = "no|none|nope|n|false|0|nein|non|keine|keins|keiner|aucun|aucune|ninguno|nessuno|nobody|no one|noone|never|nie|\
     rejected|denied|declined|lost";
/// Within a sentence they turn it round.
pub(super) const NOT: &str = "not|no budget|no money|no funds|no authority|no need|no plans|no timeline|no decision|no timeframe|no champion|\
     without|dont|doesnt|isnt|arent|cant|cannot|wont|kein|keinen|kein budget|nicht|pas de|no tengo|no hay|just looking|\
     only looking|just researching|just browsing|lack of|someone else|nobody";
pub(super) const DECIDES: &str = "decides|i decide|we decide|decide|decision maker|decision makers|decisionmaker|final decision|final say|final word|\
     final authority|last word|economic buyer|budget holder|budget owner|signs|i sign|sign off|signing authority|\
     signatory|approves|i approve|approver|full authority|sole authority|make the decision|makes the decision|entscheider|\
     entscheiderin|entscheide|ich entscheide|entscheidet|décideur|décide|decisor|decido";
/// Who is one of these, and says no more, decides.
pub(super) const HEADS: &str = "ceo|owner|founder|managing director|md|president|geschäftsführer|geschäftsführerin|inhaber|inhaberin|gérant|gérante|pdg|\
     titolare|dueño|dueña|eigenaar|vd";
/// Behind anybody but these, it is somebody else who does: "purchasing decides".
pub(super) const THEY_DO: &str = "decides|entscheidet|signs|approves|makes the decision|décide";
pub(super) const THEMSELVES: &str = "who|that|he|she|also|and|alone|contact|person|wer|die|der|er|sie|qui|il|elle";
pub(super) const INFLUENCES: &str = "influencer|champion|influence|influences|i influence|recommend|recommends|recommender|recommendation|committee|\
     evaluator|evaluate|i evaluate|evaluating|advise|advisor|gatekeeper|part of the team|part of the decision|\
     involved in the decision|with my team|with my boss|my boss|my manager|together with|contribute|shared decision|\
     jointly|co decide|empfehle|beeinflusse|mitentscheider|end user|research for";
pub(super) const HIGH: &str = "high|very high|highest|urgent|urgently|critical|severe|strong|top|first|now|asap|immediately|right away|this quarter|\
     this month|this week|must have|must|essential|mission critical|pressing|acute|big|huge|major|hoch|dringend|sofort|\
     urgente|alta|élevé";
pub(super) const MEDIUM: &str =
    "medium|some|moderate|mid|nice to have|second|next quarter|this year|minor|normal|average|mittel|moyen|medio|somewhat";
pub(super) const LOW: &str =
    "low|very low|lowest|weak|last|someday|next year|curious|neugierig|niedrig|gering|faible|baja|little";
pub(super) const YES: &str = "yes|y|yep|yeah|true|ja|oui|si|sí|sim|tak|approved|available|allocated|confirmed|secured|planned|granted|reserved|\
     assigned|set aside|budgeted|signed off|known|agreed|identified|met|engaged|quantified|defined|documented|done|ok|\
     okay|sure|of course|absolutely|genehmigt|vorhanden|freigegeben|geplant|bekannt|validé|aprobado|have budget|\
     have a budget|have the budget";
/// What says that it is wanted at once.
pub(super) const AT_ONCE: &str = "now|asap|immediately|immediate|right away|urgent|urgently|today|yes|sofort|jetzt|ready|at once";
/// Spans that are named, and how many months they are at most.
pub(super) const NAMED_SPANS: &[(&str, f64)] = &[
    ("this week", 0.25),
    ("next week", 0.5),
    ("this month", 1.0),
    ("next month", 2.0),
    ("this quarter", 3.0),
    ("current quarter", 3.0),
    ("next quarter", 6.0),
    ("half a year", 6.0),
    ("half year", 6.0),
    ("this year", 12.0),
    ("within the year", 12.0),
    ("within a year", 12.0),
    ("a year", 12.0),
    ("dieses quartal", 3.0),
    ("nächstes quartal", 6.0),
    ("dieses jahr", 12.0),
    ("this half", 6.0),
];
/// Units, and how many months one is.
pub(super) const UNITS: &[(&str, f64)] = &[
    ("day", 1.0 / 30.0),
    ("days", 1.0 / 30.0),
    ("tage", 1.0 / 30.0),
    ("tagen", 1.0 / 30.0),
    ("jours", 1.0 / 30.0),
    ("week", 0.25),
    ("weeks", 0.25),
    ("wk", 0.25),
    ("wks", 0.25),
    ("wochen", 0.25),
    ("woche", 0.25),
    ("semaines", 0.25),
    ("semanas", 0.25),
    ("month", 1.0),
    ("months", 1.0),
    ("mo", 1.0),
    ("mos", 1.0),
    ("mth", 1.0),
    ("mths", 1.0),
    ("monat", 1.0),
    ("monate", 1.0),
    ("monaten", 1.0),
    ("mois", 1.0),
    ("mes", 1.0),
    ("meses", 1.0),
    ("mesi", 1.0),
    ("maanden", 1.0),
    ("quarter", 3.0),
    ("quarters", 3.0),
    ("quartal", 3.0),
    ("quartale", 3.0),
    ("year", 12.0),
    ("years", 12.0),
    ("yr", 12.0),
    ("yrs", 12.0),
    ("jahr", 12.0),
    ("jahre", 12.0),
    ("an", 12.0),
    ("ans", 12.0),
];
pub(super) const NUMBERS: &[(&str, &str)] = &[
    ("one", "1"),
    ("two", "2"),
    ("three", "3"),
    ("four", "4"),
    ("six", "6"),
    ("nine", "9"),
    ("twelve", "12"),
    ("couple of", "2"),
    ("few", "3"),
    ("ein", "1"),
    ("einem", "1"),
    ("zwei", "2"),
    ("drei", "3"),
    ("sechs", "6"),
    ("zwölf", "12"),
];
/// More than any number that stands beside it.
pub(super) const OPEN: &str = "more than|over|above|beyond|later than|after|at least|mehr als|über|plus";

/// In lower case, with one blank between words and without the signs that only end or part sentences.
pub(super) fn plain(text: &str) -> String {
    let kept = |c: char| !matches!(c, '!' | '?' | '"' | '“' | '”' | '„' | ';' | ':' | '(' | ')' | '[' | ']' | '*');
    let plain: String = text.to_lowercase().replace(['\'', '’'], "").chars().map(|c| if kept(c) { c } else { ' ' }).collect();
    // A hyphen within a word parts words; between numbers it is a span.
    let letters: Vec<char> = plain.chars().collect();
    let parted = letters.iter().enumerate().map(|(n, c)| {
        let beside = |at: Option<usize>| at.and_then(|at| letters.get(at)).is_some_and(|c| c.is_alphabetic());
        if matches!(c, '-' | '_') && beside(n.checked_sub(1)) && beside(Some(n + 1)) { ' ' } else { *c }
    });
    let text: String = parted.collect();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    text.trim_matches(|c: char| matches!(c, '-' | '–' | '—' | '.' | ',' | '/' | '_')).trim().to_owned()
}

/// The whole text is one of these.
pub(super) fn is_one(text: &str, all: &str) -> bool {
    all.split('|').any(|one| one == text)
}

/// The text has one of these as whole words.
pub(super) fn has(text: &str, all: &str) -> bool {
    all.split('|').any(|phrase| find(text, phrase).is_some())
}

/// Where a phrase stands as whole words.
pub(super) fn find(text: &str, phrase: &str) -> Option<usize> {
    let is_whole = |at: &usize| {
        let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        !letter(text[..*at].chars().next_back()) && !letter(text[*at + phrase.len()..].chars().next())
    };
    text.match_indices(phrase).map(|(at, _)| at).find(is_whole)
}

/// Somebody else has the last word: "purchasing decides", but not "the one who decides".
pub(super) fn is_of_others(text: &str) -> bool {
    let subject = THEY_DO.split('|').find_map(|verb| find(text, verb)).and_then(|at| text[..at].split_whitespace().next_back());
    subject.is_some_and(|subject| !is_one(subject, THEMSELVES))
}
