//! Titles as they stand in forms and CRMs, and what is read from them.

#![allow(clippy::unwrap_used, reason = "a test")]

use super::Seniority::{Assistant, Director, Executive, Manager, Owner, Senior, Staff, Student, Vp};
use super::*;

#[test]
#[allow(clippy::too_many_lines, reason = "a table")]
fn those_who_decide_are_told_from_those_whose_title_only_sounds_so() {
    let all = [
        ("CEO", Executive),
        ("C.E.O.", Executive),
        ("ceo", Executive),
        ("CTO", Executive),
        ("CRO", Executive),
        ("CISO", Executive),
        ("COO", Executive),
        ("CHRO", Executive),
        ("Chief Executive", Executive),
        ("Chief Executive Officer", Executive),
        ("Chief Information Security Officer", Executive),
        ("Chief Revenue Officer EMEA", Executive),
        ("Inköpschef", Director),
        ("IT-chef", Director),
        ("Marknadschef", Director),
        ("Chief Architect", Director),
        ("Managing Director", Executive),
        ("MD", Executive),
        ("President", Executive),
        ("President & CEO", Executive),
        ("Executive Director", Executive),
        ("Executive", Executive),
        ("Board Member", Executive),
        ("Chairman of the Board", Executive),
        ("Geschäftsführer", Executive),
        ("Geschäftsführerin Vertrieb", Executive),
        ("Mitglied der Geschäftsleitung", Executive),
        ("Vorstand", Executive),
        ("Directeur général", Executive),
        ("Directrice Générale Adjointe", Executive),
        ("PDG", Executive),
        ("Director General", Executive),
        ("Gerente General", Executive),
        ("Amministratore Delegato", Executive),
        ("Prezes Zarządu", Executive),
        ("Interim CEO", Executive),
        ("CEO / Software Engineer", Executive),
        ("Founder", Owner),
        ("Co-Founder & CTO", Owner),
        ("Founder, CEO", Owner),
        ("Owner", Owner),
        ("Owner/Operator", Owner),
        ("Small Business Owner", Owner),
        ("Shop owner", Owner),
        ("Co-Owner", Owner),
        ("Inhaberin", Owner),
        ("Propriétaire", Owner),
        ("Managing Partner", Owner),
        ("Partner", Owner),
        ("Partner at Smith & Sons", Owner),
        ("Geschäftsführender Gesellschafter", Owner),
        ("Eigenaar", Owner),
        ("Titolare", Owner),
        ("Self-employed", Owner),
        ("VP", Vp),
        ("SVP Marketing", Vp),
        ("Vice President Sales", Vp),
        ("Vice-President of Engineering", Vp),
        ("V.P. Finance", Vp),
        ("Assistant Vice President", Vp),
        ("Vice President, Student Affairs", Vp),
        ("Director of IT", Director),
        ("IT Director", Director),
        ("Head of Marketing", Director),
        ("Global Head of Sales", Director),
        ("Head Marketing", Director),
        ("Student Affairs Director", Director),
        ("Director of Student Affairs", Director),
        ("Leiter Vertrieb intern", Director),
        ("Marketingleiterin", Director),
        ("Bereichsleiter", Director),
        ("IT-Leiter", Director),
        ("Directora de Compras", Director),
        ("Directeur de la communication", Director),
        ("General Manager", Director),
        ("General Counsel", Director),
        ("Senior Director Internal Communications", Director),
    ];
    for (title, want) in all {
        assert_eq!(seniority(title), Some(want), "{title}");
    }
}

#[test]
fn those_who_do_not_decide_are_not_taken_for_it() {
    let all = [
        ("Product Owner", Staff),
        ("Technical Product Owner", Staff),
        ("Process Owner", Staff),
        ("Home owner", Staff),
        ("Data Owner", Staff),
        ("HR Business Partner", Staff),
        ("Partner Manager", Manager),
        ("Channel Partner", Staff),
        ("Account Executive", Staff),
        ("Marketing Executive", Staff),
        ("Contractor", Staff),
        ("Factory Manager", Manager),
        ("Directory Manager", Manager),
        ("International Sales Manager", Manager),
        ("Internal Audit Lead", Senior),
        ("Internet Marketing Manager", Manager),
        ("Chief of Staff", Manager),
        ("Chief of Staff to the CEO", Manager),
        ("Chef de projet", Manager),
        ("Responsable achats", Manager),
        ("Jefe de compras", Manager),
        ("Teamleiter", Manager),
        ("Projektleiterin", Manager),
        ("Assistant Director", Manager),
        ("Assistant Manager", Staff),
        ("Art Director", Senior),
        ("Assistant to the CEO", Assistant),
        ("Executive Assistant", Assistant),
        ("Executive Assistant, CEO", Assistant),
        ("Executive Assistant to the Managing Director", Assistant),
        ("CEO Assistant", Assistant),
        ("Personal Assistant", Assistant),
        ("Assistentin der Geschäftsführung", Assistant),
        ("Assistenz Geschäftsführung", Assistant),
        ("Assistante de direction", Assistant),
        ("Sekretär des Vorstands", Assistant),
        ("Secretary to the President", Assistant),
        ("Office of the President", Staff),
        ("CEO Office Manager", Manager),
        ("Founder's Associate", Staff),
        ("Founding Engineer", Senior),
        ("CRO Specialist", Staff),
        ("Principal Engineer", Staff),
        ("Lead Generation Specialist", Staff),
        ("Student Recruiter", Staff),
        ("Student Success Manager", Manager),
        ("Internship Coordinator", Staff),
        ("Intern Program Manager", Manager),
        ("Head Chef", Staff),
        ("VPN Engineer", Staff),
    ];
    for (title, want) in all {
        assert_eq!(seniority(title), Some(want), "{title}");
    }
    for title in
        ["", "Doctor", "Actor", "Former CEO", "ex-CTO", "Aspiring Founder", "President's choice", "Homeowner", "Internist", "—"]
    {
        assert_eq!(seniority(title), None, "{title}");
    }
}

#[test]
fn who_learns_is_a_student_and_nobody_else() {
    let students = [
        "Student",
        "PhD Student",
        "Graduate Student at TU Wien",
        "Student of Law",
        "Working Student",
        "Werkstudentin Marketing",
        "Praktikant",
        "Praktikantin im Vertrieb",
        "Intern",
        "Marketing Intern",
        "Intern, Sales",
        "Intern - Software Engineer",
        "Software Engineering Intern",
        "Étudiante",
        "Stagiaire",
        "Becario",
        "Tirocinante",
        "Azubi",
        "Apprentice",
        "Student Assistant",
        "Master Student | Software Engineer",
        "CEO Intern",
        "Intern to the CEO",
    ];
    for title in students {
        assert_eq!(seniority(title), Some(Student), "{title}");
    }
    let others = [
        "International Sales Manager",
        "Internal Audit Lead",
        "Internet Marketing Manager",
        "Student Affairs Director",
        "Student Counselor",
        "Head of Internal IT",
        "Student & Co-Founder",
        "Interne Revision",
        "Studentenwerk",
    ];
    for title in others {
        assert_ne!(seniority(title), Some(Student), "{title}");
    }
}

#[test]
fn what_somebody_works_on_is_read_from_words_not_letters() {
    let all = [
        ("Architetto IT", "engineering"),
        ("Teamleiter Entwicklung", "engineering"),
        ("Mjukvaruutvecklare", "engineering"),
        ("Community manager", "marketing"),
        ("Einkauf IT", "purchasing"),
        ("Inköpschef", "purchasing"),
        ("Software Engineer", "engineering"),
        ("Sales Engineer", "engineering"),
        ("Softwareentwicklerin", "engineering"),
        ("Ingénieur", "engineering"),
        ("Data Scientist", "engineering"),
        ("Growth Engineer", "engineering"),
        ("Head of Marketing", "marketing"),
        ("Content Manager", "marketing"),
        ("Brand Manager", "marketing"),
        ("Media Buyer", "marketing"),
        ("Online-Marketing-Managerin", "marketing"),
        ("Marketingleiter", "marketing"),
        ("Procurement Manager", "purchasing"),
        ("Buyer", "purchasing"),
        ("Einkäufer", "purchasing"),
        ("Leiter Einkauf", "purchasing"),
        ("Acheteur", "purchasing"),
        ("Strategic Sourcing Lead", "purchasing"),
        ("Content Designer", "design"),
        ("Business Developer", "sales"),
        ("Business Development Manager", "sales"),
        ("Vertriebsleiter", "sales"),
        ("Director of IT", "it"),
        ("Product Owner", "product"),
        ("HR Business Partner", "people"),
        ("Talent Sourcing Lead", "people"),
    ];
    for (title, want) in all {
        assert_eq!(function(title).map(Function::name), Some(want), "{title}");
    }
    for title in
        ["CEO", "Contractor", "Home buyer", "Real Estate Developer", "Landscape Architect", "Home owner", "Sourceress", ""]
    {
        assert_eq!(function(title), None, "{title}");
    }
}

#[test]
fn how_to_address_somebody_is_no_title() {
    assert!(["Mr", "Mrs.", "Dr.", "Herr", "Prof. Dr.", "Mme"].iter().all(|text| is_salutation(text)));
    assert!(["MD", "Director", "Frau am Empfang", ""].iter().all(|text| !is_salutation(text)));
}

#[test]
fn names_are_each_their_own_and_no_title_is_too_long() {
    for (name, one) in Seniority::ALL {
        assert_eq!(one.name(), name);
    }
    for (name, one) in Function::ALL {
        assert_eq!(one.name(), name);
    }
    assert_eq!(seniority(&"ü ".repeat(10_000)), None);
    assert_eq!(seniority(&format!("CEO {}", "é".repeat(500))), Some(Executive));
}
