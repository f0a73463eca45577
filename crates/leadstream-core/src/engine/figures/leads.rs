//! What became of each hand-over: how far the lead got, by source and persona, and how fast sales answered.

use super::before::{Before, LeadBefore};
use super::buckets;
use super::key::{Key, LeadBy, LeadFact, NO_NAME, Origin};
use super::tally::Tally;
use crate::domain::Text;
use crate::domain::hand_over::HandOver;
use crate::domain::model::Models;
use crate::domain::model::sales::HandOverModel;
use crate::domain::output::{Body, Output};
use crate::domain::state::lead::{Lead, LeadStatus};
use crate::domain::state::prospect::Prospect;
use crate::domain::terms::sales::{Answer, HandOverKind, Qualification};

/// Sales takes what was handed over, for the first time: what it gave back once and takes again is the same lead. Who came back
/// as an SQL of which sales has spoken was taken before.
fn is_taken(was: LeadBefore, is: LeadBefore) -> bool {
    let anew = match was.status {
        LeadStatus::AwaitingAnswer | LeadStatus::Reminded => true,
        LeadStatus::Returned => was.qualification == Qualification::Mql || was.answered_ms == 0,
        LeadStatus::Open | LeadStatus::Accepted | LeadStatus::Won => false,
    };
    anew && !is.found && matches!(is.status, LeadStatus::Accepted | LeadStatus::Won)
}

/// The first that sales says of what was handed over.
fn is_first_answer(was: LeadBefore, is: LeadBefore) -> bool {
    was.status != LeadStatus::Open && !is.found && was.answered_ms == 0 && is.answered_ms > 0
}

/// The answer that counts no more: what was won has come to nothing, or what was lost is worked on or won after all.
fn undone(was: LeadBefore, is: LeadBefore) -> Option<&'static str> {
    match (was.status, is.status) {
        (LeadStatus::Won, LeadStatus::Returned) => Some(Answer::Won.name()),
        (LeadStatus::Returned, LeadStatus::Accepted | LeadStatus::Won) if was.answer == Some(Answer::Lost) => {
            Some(Answer::Lost.name())
        }
        _ => None,
    }
}

/// How far a hand-over got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Nowhere,
    Open { is_sql: bool },
    Back { is_sql: bool },
    Won,
}

/// Where a lead stands, as far as figures tell it apart.
fn place(lead: LeadBefore) -> Place {
    let is_sql = lead.qualification == Qualification::Sql;
    match lead.status {
        LeadStatus::Open => Place::Nowhere,
        LeadStatus::AwaitingAnswer | LeadStatus::Reminded | LeadStatus::Accepted => Place::Open { is_sql },
        LeadStatus::Returned => Place::Back { is_sql },
        LeadStatus::Won => Place::Won,
    }
}

/// Facts that a change of place adds or takes back.
fn facts(was: LeadBefore, is: LeadBefore) -> Vec<(LeadFact, i64)> {
    use LeadFact::{Found, FoundWon, Mql, MqlBack, MqlToSql, Sql, SqlBack, Won};
    let got = |is_sql| if is_sql { Sql } else { Mql };
    let back = |is_sql| if is_sql { SqlBack } else { MqlBack };
    if is.held && is.status == LeadStatus::Open {
        // The account held it back: sales never got it.
        return match place(was) {
            Place::Open { is_sql } => vec![(got(is_sql), -1)],
            Place::Back { is_sql } if was.answered_ms == 0 => vec![(got(is_sql), -1), (back(is_sql), -1)],
            _ => Vec::new(),
        };
    }
    if is.found {
        let found = if was.status == LeadStatus::Open { vec![(Found, 1)] } else { Vec::new() };
        let won = i64::from(is.status == LeadStatus::Won) - i64::from(was.status == LeadStatus::Won);
        return found.into_iter().chain((won != 0).then_some((FoundWon, won))).collect();
    }
    match (place(was), place(is)) {
        // Handed over again after sales had it before.
        (Place::Nowhere | Place::Back { .. } | Place::Won, Place::Open { is_sql }) if is.status == LeadStatus::AwaitingAnswer => {
            vec![(got(is_sql), 1)]
        }
        (Place::Open { is_sql: false }, Place::Open { is_sql: true }) => vec![(MqlToSql, 1)],
        (Place::Open { is_sql: false }, Place::Won) => vec![(MqlToSql, 1), (Won, 1)],
        (Place::Open { .. }, Place::Won) => vec![(Won, 1)],
        (Place::Open { .. }, Place::Back { is_sql }) => vec![(back(is_sql), 1)],
        // Accepted or won after all.
        (Place::Back { is_sql: false }, Place::Open { .. }) => vec![(MqlBack, -1), (MqlToSql, 1)],
        (Place::Back { is_sql: true }, Place::Open { .. }) => vec![(SqlBack, -1)],
        (Place::Back { is_sql: false }, Place::Won) => vec![(MqlBack, -1), (MqlToSql, 1), (Won, 1)],
        (Place::Back { is_sql: true }, Place::Won) => vec![(SqlBack, -1), (Won, 1)],
        (Place::Won, Place::Back { .. }) => vec![(Won, -1), (SqlBack, 1)],
        _ => Vec::new(),
    }
}

impl Tally {
    /// What accounts passed on of leads.
    pub fn passed_on(&mut self, outputs: &[Output]) {
        for output in outputs {
            if let Body::HandOver(lead) = &output.body {
                self.handed_over(lead);
            }
        }
    }

    /// A prospect heard something of its account.
    pub fn heard(&mut self, before: Before, prospect: &Prospect, models: &Models) {
        self.lead(before, prospect, models);
    }

    /// Something of a lead was passed on.
    pub(super) fn handed_over(&mut self, lead: &HandOver) {
        let qualification = match lead.qualification {
            Qualification::Mql => "MQL",
            Qualification::Sql => "SQL",
        };
        // What qualified it is many words; why it came back or was refused is one of few.
        let reason = match lead.kind {
            HandOverKind::Returned | HandOverKind::Answered | HandOverKind::HeldBack => {
                lead.reasons.first().map(|reason| self.name(Origin::LeadReason, reason))
            }
            HandOverKind::HandedOver | HandOverKind::Reminded => None,
        };
        let mut note = |what, reason: Option<Text>| {
            let (qualification, what) = (Text::const_new(qualification), Text::const_new(what));
            self.note(Key::Leads { qualification, what, reason: reason.unwrap_or_default() }, 1);
        };
        match (lead.kind, lead.answer) {
            (HandOverKind::HandedOver, _) => note("handed-over", None),
            (HandOverKind::Reminded, _) => note("reminded", None),
            (HandOverKind::HeldBack, _) => note("held-back", reason),
            (HandOverKind::Answered, answer) => note(answer.map_or("answered", Answer::name), reason),
            (HandOverKind::Returned, None) => note("returned", reason),
            (HandOverKind::Returned, Some(answer)) => {
                note(answer.name(), reason);
                note("returned", None);
            }
        }
    }

    /// A lead may stand elsewhere than before the step.
    pub(super) fn lead(&mut self, before: Before, prospect: &Prospect, models: &Models) {
        let (was, is) = (before.lead, LeadBefore::of(prospect));
        if was == is {
            return;
        }
        let with_sales = |status| matches!(status, LeadStatus::AwaitingAnswer | LeadStatus::Reminded | LeadStatus::Accepted);
        // Accepted after all, once it had gone back: sales got it before.
        if !with_sales(was.status) && is.status == LeadStatus::AwaitingAnswer {
            self.note(Key::LeadsGot {}, 1);
        }
        if is.held && is.status == LeadStatus::Open && was.status != LeadStatus::Open {
            self.note(Key::LeadsGot {}, -1);
        }
        if is_taken(was, is) {
            self.note(Key::LeadsTaken {}, 1);
        }
        self.first_answer(was, is, prospect);
        if let Some(what) = undone(was, is) {
            let (qualification, what) = (Text::const_new(was.qualification.name()), Text::const_new(what));
            self.note(Key::Leads { qualification, what, reason: Text::default() }, -1);
        }
        let facts = facts(was, is);
        if facts.is_empty() {
            return;
        }
        if let Some(extras) = prospect.extras.as_deref() {
            self.facts(facts, &extras.lead, prospect, models);
        }
    }

    fn facts(&mut self, facts: Vec<(LeadFact, i64)>, lead: &Lead, prospect: &Prospect, models: &Models) {
        let (source, persona) = origin(lead, prospect, models);
        let source = source.map_or(Text::const_new(NO_NAME), |source| self.name(Origin::FirstSource, source));
        for (what, count) in facts {
            self.note(Key::LeadsBy { by: LeadBy::Source, name: source.clone(), what }, count);
            if self.has_personas {
                let name = persona.clone().unwrap_or(Text::const_new(NO_NAME));
                self.note(Key::LeadsBy { by: LeadBy::Persona, name, what }, count);
            }
        }
    }

    /// Sales had a person twice: it got, and took, one lead. What it said of the other, it said.
    pub(super) fn take_back_lead(&mut self, lead: &Lead, prospect: &Prospect, models: &Models) {
        if !self.has_counted(lead.handed_over_ms) {
            return;
        }
        if !lead.found {
            self.note(Key::LeadsGot {}, -1);
            if lead.status == LeadStatus::Accepted {
                self.note(Key::LeadsTaken {}, -1);
            }
        }
        let model = models.models.get(models.primary_model_for(prospect));
        let facts = counted(lead, model.and_then(|model| model.sales.hand_over.as_deref()));
        self.facts(facts, lead, prospect, models);
    }

    /// Sales said something of this hand-over for the first time.
    fn first_answer(&mut self, was: LeadBefore, is: LeadBefore, prospect: &Prospect) {
        let Some(extras) = prospect.extras.as_ref().filter(|_| is_first_answer(was, is)) else {
            return;
        };
        let took_ms = (extras.lead.answered_ms - was.handed_over_ms).max(0);
        let qualification = Text::const_new(was.qualification.name());
        if was.status == LeadStatus::AwaitingAnswer {
            let what = Text::const_new("answered-in-time");
            self.note(Key::Leads { qualification: qualification.clone(), what, reason: Text::default() }, 1);
        }
        self.note(Key::LeadAnswered { qualification, bucket: buckets::of(took_ms) }, 1);
    }
}

/// Source and persona: those of the hand-over, or of when sales found it, so that what becomes of it counts beside it.
fn origin<'a>(lead: &'a Lead, prospect: &Prospect, models: &Models) -> (Option<&'a str>, Option<Text>) {
    let Some(model) = models.models.get(models.primary_model_for(prospect)) else { return (None, None) };
    let persona = model.people.personas.iter().find(|persona| Some(persona.hash) == lead.persona);
    (lead.source.as_deref(), persona.map(|persona| persona.name.clone()))
}

/// What a lead that sales has was counted as. Of an SQL nobody knows any more whether it was an MQL before, unless the model has no such
/// choice.
fn counted(lead: &Lead, model: Option<&HandOverModel>) -> Vec<(LeadFact, i64)> {
    use LeadFact::{Found, Mql, MqlToSql, Sql};
    match (lead.qualification, model) {
        _ if lead.found => vec![(Found, -1)],
        (Qualification::Mql, _) => vec![(Mql, -1)],
        (Qualification::Sql, Some(model)) if model.sql.is_none() => vec![(Mql, -1), (MqlToSql, -1)],
        (Qualification::Sql, Some(model)) if model.sql == Some(model.mql) => vec![(Sql, -1)],
        (Qualification::Sql, _) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lead(status: LeadStatus, qualification: Qualification) -> LeadBefore {
        LeadBefore { status, qualification, handed_over_ms: 1, answered_ms: 0, answer: None, found: false, held: false }
    }

    fn waiting_anew() -> LeadBefore {
        lead(LeadStatus::AwaitingAnswer, Qualification::Mql)
    }

    #[test]
    fn each_hand_over_counts_once_and_what_comes_late_takes_back_what_was_counted() {
        use LeadFact::{Found, FoundWon, Mql, MqlBack, MqlToSql, Sql, SqlBack, Won};
        use Qualification::{Mql as M, Sql as S};
        let moves = |way: &[(LeadStatus, Qualification)]| -> Vec<(LeadFact, i64)> {
            way.windows(2).flat_map(|two| facts(lead(two[0].0, two[0].1), lead(two[1].0, two[1].1))).collect()
        };
        let (free, waiting, working) = ((LeadStatus::Open, M), (LeadStatus::AwaitingAnswer, M), (LeadStatus::Accepted, S));
        assert_eq!(moves(&[free, waiting, working, (LeadStatus::Won, S)]), [(Mql, 1), (MqlToSql, 1), (Won, 1)]);
        assert_eq!(
            moves(&[free, (LeadStatus::AwaitingAnswer, S), (LeadStatus::Reminded, S), (LeadStatus::Returned, S)]),
            [(Sql, 1), (SqlBack, 1)]
        );
        let late = moves(&[free, waiting, (LeadStatus::Returned, M), working]);
        assert_eq!(late, [(Mql, 1), (MqlBack, 1), (MqlBack, -1), (MqlToSql, 1)]);
        let found = |status| LeadBefore { found: true, ..lead(status, S) };
        let way = [
            lead(LeadStatus::Open, M),
            found(LeadStatus::Accepted),
            found(LeadStatus::Won),
            found(LeadStatus::Returned),
            waiting_anew(),
        ];
        let all: Vec<_> = way.windows(2).flat_map(|two| facts(two[0], two[1])).collect();
        assert_eq!(all, [(Found, 1), (FoundWon, 1), (FoundWon, -1), (Mql, 1)], "lost again, then anew");
        assert_eq!(moves(&[waiting, (LeadStatus::Reminded, M), (LeadStatus::Reminded, M)]), []);
    }

    #[test]
    fn what_was_won_and_came_to_nothing_counts_as_won_no_more() {
        let said = |status, answer| LeadBefore { answer: Some(answer), ..lead(status, Qualification::Sql) };
        let (won, lost) = (said(LeadStatus::Won, Answer::Won), said(LeadStatus::Returned, Answer::Lost));
        assert_eq!(undone(won, lost), Some("won"));
        assert_eq!(undone(won, LeadBefore { answer: None, ..lost }), Some("won"), "the order was cancelled");
        assert_eq!(undone(lost, won), Some("lost"));
        assert_eq!(undone(lost, said(LeadStatus::Accepted, Answer::Accepted)), Some("lost"));
        // Handed over again, it is another lead; refused is not lost; won stays won.
        assert_eq!(undone(lost, waiting_anew()), None);
        assert_eq!(undone(won, waiting_anew()), None);
        assert_eq!(undone(said(LeadStatus::Returned, Answer::Rejected), won), None);
        assert_eq!(undone(said(LeadStatus::Accepted, Answer::Accepted), won), None);
    }

    #[test]
    fn a_hand_over_is_taken_and_answered_once_however_often_it_goes_back() {
        use Qualification::{Mql as M, Sql as S};
        let said = |status, level| LeadBefore { answered_ms: 2, ..lead(status, level) };
        let way = [
            lead(LeadStatus::Open, M),
            lead(LeadStatus::AwaitingAnswer, M),
            // Silence, then accepted after all, aged, accepted again, lost, won after all.
            lead(LeadStatus::Returned, M),
            said(LeadStatus::Accepted, S),
            said(LeadStatus::Returned, S),
            said(LeadStatus::Accepted, S),
            said(LeadStatus::Returned, S),
            said(LeadStatus::Won, S),
        ];
        let count = |is: fn(LeadBefore, LeadBefore) -> bool| way.windows(2).filter(|two| is(two[0], two[1])).count();
        assert_eq!((count(is_taken), count(is_first_answer)), (1, 1));
        // Handed over again, the next one counts.
        assert!(
            is_taken(lead(LeadStatus::AwaitingAnswer, M), said(LeadStatus::Won, S))
                && is_first_answer(lead(LeadStatus::AwaitingAnswer, M), said(LeadStatus::Won, S))
        );
        assert!(is_taken(said(LeadStatus::Returned, M), said(LeadStatus::Accepted, S)), "refused at first");
        assert!(
            !is_taken(lead(LeadStatus::Open, M), LeadBefore { found: true, ..said(LeadStatus::Accepted, S) }),
            "nobody handed it over"
        );
    }
}
