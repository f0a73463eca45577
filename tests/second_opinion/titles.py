"""Job titles as somebody at a desk reads them: how far up, and who works on what. Those that shops of `simulate` have; any other is
refused, for a guess would be no second opinion."""

SENIORITY = {
    "owner": "Owner, Inhaberin, Titolare",
    "executive": """CEO, CFO, CIO, CTO, Chief Financial Officer, Managing Director, Algemeen directeur, Amministratore delegato,
        Consejera delegada, Directeur général, Director general, Direttrice generale, Geschäftsführer, Gérant, Présidente, VD, Vorstand, DSI""",
    "vp": "VP Operations",
    "director": """Director Digital, Directeur des achats, Director financiero, Directora de marketing, Directrice financière,
        Directrice marketing, Financieel directeur, Head of Growth, Head of IT, Hoofd IT, Hoofd inkoop, Leiter Einkauf, Leiter IT,
        Marketingleiterin, Ekonomichef, IT-chef, Inköpschef, Marknadschef""",
    "student": "Intern, PhD student, Student, Werkstudentin, Étudiant",
}
FUNCTION = {
    "engineering": """Data Engineer, Desarrollador, DevOps Engineer, Développeuse, Ingegnere del software, Ingeniera de software,
        Ingenieur Automatisierung, Ingénieur DevOps, Ingénieur logiciel, Mjukvaruutvecklare, Ontwikkelaar, Senior Developer,
        Software Engineer, Softwareentwickler, Solutions Engineer, Sviluppatrice, Systems Engineer, Teamleiter Entwicklung, Architecte SI,
        Architetto IT, Arquitecto de sistemas, IT Architect, IT-Architektin, IT-architect, Systemarkitekt""",
    "marketing": """Brand Manager, Chargé de communication, Community manager, Content Lead, Content Manager, Digital marketing manager,
        Directora de marketing, Directrice marketing, Growth marketeer, Head of Growth, International Marketing Manager,
        Marketing Manager, Marketingleiterin, Marketingmanager, Marknadschef, Online Marketing Manager, Referent Marketing,
        Responsabile marketing, Responsable de marketing, Responsable marketing""",
    "purchasing": """Acheteuse, Buyer, Directeur des achats, Einkauf IT, Hoofd inkoop, Inkoper, Inköpare, Inköpschef, Jefe de compras,
        Leiter Einkauf, Procurement Manager, Procurement Specialist, Purchasing Manager, Responsabile acquisti, Responsable achats,
        Responsable de compras, Senior Buyer, Strategic Sourcing Lead, Strategische Einkäuferin""",
}
OTHERS = """Administrativo, Analista, Analista de operaciones, Assistante de direction, Business analyst, Chef de produit, Chef de projet,
    Competitive Intelligence Analyst, Contractor, Controller, Contrôleur de gestion, Customer Support Lead, Impiegata, Jefa de proyecto,
    Office Manager, Officemanager, Operations Analyst, Product Manager, Product Owner, Project manager, Projectleider, Projektledare,
    Projektleiter, Sachbearbeiterin, Sales Operations, Strategy Lead, Verksamhetsutvecklare, Vertriebsinnendienst"""
# What says it in an `identify` call.
TRAITS = ("job_title", "jobTitle", "title", "employment.title", "job.title", "work_title")


def listed(text):
    return {" ".join(title.split()).lower() for title in text.split(",")}


SENIORITIES = {rank: listed(text) for rank, text in SENIORITY.items()}
FUNCTIONS = {name: listed(text) for name, text in FUNCTION.items()}
KNOWN = listed(OTHERS).union(*SENIORITIES.values(), *FUNCTIONS.values())


def is_one(title, wanted, tables):
    """Whether a title stands in one of these tables. Ranks that no model asks for are not told apart."""
    if not isinstance(title, str):
        return False
    if title.lower() not in KNOWN:
        raise ValueError(f"what is a {title!r}?")
    return any(title.lower() in tables[name] for name in ([wanted] if isinstance(wanted, str) else wanted))


def has_seniority(title, wanted):
    return is_one(title, wanted, SENIORITIES)


def has_function(title, wanted):
    return is_one(title, wanted, FUNCTIONS)
