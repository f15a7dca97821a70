//! What a check against a profile found: the rule, what was found and how to mend it, in three languages.
//!
//! Values of the document are not repeated; what is shown is the profile's: its names, numbers, constants and rules.

use crate::Language;
use crate::fhirpath::Fault;

/// What breaks a profile, or leaves it open whether it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conformity {
    /// The rule: the key of a profile's constraint, or one of [`Broken::key`].
    pub rule: Box<str>,
    /// The profile that says so, with its version; empty for a rule of FHIR itself.
    pub profile: Box<str>,
    /// What was found.
    pub found: Broken,
}

/// What was found. Fields: `name` is the element's path, with the slice behind a colon; `wanted`, `allowed`, `list` and `profile`
/// are the profile's; `found` counts, or names a type of R4.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are described together, above")]
pub enum Broken {
    /// Too few of an element or of a slice.
    TooFew { name: Box<str>, min: u32, found: u32 },
    /// Too many of an element or of a slice.
    TooMany { name: Box<str>, max: u32, found: u32 },
    /// A value that belongs to no slice where there may be no other.
    NoSlice { name: Box<str> },
    /// Slices in the wrong order.
    Order { name: Box<str> },
    /// It can't be told to which slice a value belongs.
    SliceOpen { name: Box<str> },
    /// Another value than the one that is fixed.
    Fixed { wanted: Box<str> },
    /// A value that does not fit the pattern.
    Pattern { wanted: Box<str> },
    /// A text that is too long, in characters.
    Length { max: u32 },
    /// A value outside its range.
    Range { wanted: Box<str> },
    /// A constraint; what the profile's author says of it.
    Rule { human: Box<str> },
    /// A constraint that could not be evaluated.
    RuleOpen { fault: Fault },
    /// A code that is not in its list.
    NotListed { list: Box<str>, required: bool },
    /// A list that is not loaded.
    NotLoaded { list: Box<str> },
    /// A type that is not allowed.
    Type { found: &'static str, allowed: Box<str> },
    /// A reference to a resource of the wrong type or profile.
    Target { found: &'static str, allowed: Box<str> },
    /// A reference that leads nowhere in its Bundle or resource.
    Nowhere,
    /// A profile that is claimed and not loaded.
    UnknownProfile { profile: Box<str> },
    /// A profile of another type.
    ForeignProfile { profile: Box<str>, of: Box<str> },
    /// A claimed profile that is loaded and cannot be made.
    Unmade { profile: Box<str>, lacking: Box<str> },
    /// A profile that is demanded and not kept.
    OtherProfile { allowed: Box<str> },
    /// More claimed profiles than allowed.
    ManyProfiles { max: usize, found: usize },
    /// An extension that is not loaded.
    UnknownExtension { url: Box<str> },
    /// An extension that changes the meaning, in the wrong place or the other way round.
    Modifier { belongs: bool },
    /// An extension that may not stand here.
    Context { allowed: Box<str> },
    /// A text shown for a code that is none of its words.
    Display { list: Box<str> },
    /// An entry without its address.
    NoFullUrl,
    /// An address that says another id than the resource.
    FullUrl,
    /// An entry of a document that nothing leads to.
    Unreached,
    /// An address that has to be absolute.
    Relative,
    /// A part of an extension that its definition does not have.
    UnknownPart,
}

impl Broken {
    /// The name of the rule where the profile has none.
    pub fn key(&self) -> &'static str {
        match self {
            Self::TooFew { .. } => "min",
            Self::TooMany { .. } => "max",
            Self::NoSlice { .. } => "slicing-closed",
            Self::Order { .. } => "slicing-order",
            Self::SliceOpen { .. } => "slicing-open",
            Self::Fixed { .. } => "fixed",
            Self::Pattern { .. } => "pattern",
            Self::Length { .. } => "max-length",
            Self::Range { .. } => "range",
            Self::Rule { .. } | Self::RuleOpen { .. } => "invariant",
            Self::NotListed { .. } => "binding",
            Self::NotLoaded { .. } => "list-not-loaded",
            Self::Type { .. } => "type",
            Self::Target { .. } => "reference-target",
            Self::Nowhere => "reference-unresolved",
            Self::UnknownProfile { .. } => "profile-unknown",
            Self::Unmade { .. } => "profile-unmade",
            Self::ForeignProfile { .. } => "profile-type",
            Self::OtherProfile { .. } => "profile",
            Self::ManyProfiles { .. } => "profile-count",
            Self::UnknownExtension { .. } => "extension-unknown",
            Self::Modifier { .. } => "extension-modifier",
            Self::Context { .. } => "extension-context",
            Self::Display { .. } => "display",
            Self::NoFullUrl => "full-url-missing",
            Self::FullUrl => "full-url",
            Self::Unreached => "document-entry",
            Self::Relative => "address-relative",
            Self::UnknownPart => "extension-part",
        }
    }
}

impl Conformity {
    /// The sentence, with rule and profile behind it.
    pub(super) fn text(&self, language: Language) -> String {
        let said = match language {
            Language::En => self.english(),
            Language::De => self.german(),
            Language::Fr => self.french(),
        };
        let (word, colon) = match language {
            Language::En => ("Rule", ":"),
            Language::De => ("Regel", ":"),
            Language::Fr => ("Règle", " :"),
        };
        let of = if self.profile.is_empty() { String::new() } else { format!(" ({})", self.profile) };
        format!("{said} {word}{colon} {}{of}.", self.rule)
    }

    fn english(&self) -> String {
        match &self.found {
            Broken::TooFew { name, min, found } => {
                format!("{name} is there {found} times and must be there at least {min} times. Add it.")
            }
            Broken::TooMany { name, max: 0, .. } => format!("{name} is not allowed here. Remove it."),
            Broken::TooMany { name, max, found } => format!(
                "{name} is there {found} times and may be there at most {max} times. Remove what is too much."
            ),
            Broken::NoSlice { name } => format!(
                "This value of {name} is none of the kinds that the profile allows. Correct what tells its kind (system, code, url or type), or remove it."
            ),
            Broken::Order { name } => {
                format!("The values of {name} stand in the wrong order. Put them in the profile's order.")
            }
            Broken::SliceOpen { name } => format!(
                "It can't be told whether this value of {name} is of a kind that the profile describes; it was checked as any other."
            ),
            Broken::Fixed { wanted } => {
                format!("The value is not the one that the profile fixes: {wanted}. Write that.")
            }
            Broken::Pattern { wanted } => {
                format!("The value lacks what the profile asks for: {wanted}. Add it.")
            }
            Broken::Length { max } => format!("The text has more than {max} characters. Shorten it."),
            Broken::Range { wanted } => format!("The value is outside its range ({wanted}). Correct it."),
            Broken::Rule { human } => {
                format!("A rule of the profile is broken: {} Correct what it speaks of.", sentence(human))
            }
            Broken::RuleOpen { fault } => {
                format!("A rule of the profile could not be evaluated ({fault}); whether it is kept is open.")
            }
            Broken::NotListed { list, required: true } => format!(
                "The code is not in the list {list}, which is required here. Use a code of the list, with its system."
            ),
            Broken::NotListed { list, .. } => {
                format!("The code is not in the list {list}. If one of its codes fits, use that.")
            }
            Broken::NotLoaded { list } => format!(
                "The list {list} is not loaded, so the code was not checked. Load it to have it checked."
            ),
            Broken::Type { found, allowed } => {
                format!("The value is of type {found}; allowed: {allowed}. Use one of these.")
            }
            Broken::Target { found, allowed } => {
                format!("The reference leads to {found}; allowed: {allowed}. Refer to one of these.")
            }
            Broken::Nowhere => {
                "The reference leads to nothing in this resource or Bundle. Add what it means or correct it."
                    .into()
            }
            Broken::Unmade { profile, lacking } => format!(
                "The profile {profile} is loaded and cannot be used: its base {lacking} is not, or leads back to it. Load the base's package, or correct the profile."
            ),
            Broken::UnknownProfile { profile } => format!(
                "The profile {profile} is claimed and not loaded. Load its package or correct the claim."
            ),
            Broken::ForeignProfile { profile, of } => {
                format!("The profile {profile} is for {of}. Remove the claim or correct it.")
            }
            Broken::OtherProfile { allowed } => format!(
                "The content keeps none of the profiles that are asked for: {allowed}. Make it fit one of them."
            ),
            Broken::ManyProfiles { max, found } => {
                format!("meta.profile names {found} profiles; allowed: {max}. Remove the others.")
            }
            Broken::UnknownExtension { url } => {
                format!("The extension {url} is not known. Load its package, correct its url or remove it.")
            }
            Broken::Modifier { belongs: true } => {
                "The extension changes the meaning and belongs in modifierExtension. Move it there.".into()
            }
            Broken::Modifier { belongs: false } => {
                "The extension does not change the meaning and belongs in extension. Move it there.".into()
            }
            Broken::Context { allowed } => {
                format!("The extension may not stand here; allowed: {allowed}. Move it there or remove it.")
            }
            Broken::Display { list } => format!(
                "The display is none of the words that {list} has for the code. Correct it, or the code."
            ),
            Broken::NoFullUrl => "The entry has no fullUrl, which references need. Add it.".into(),
            Broken::FullUrl => "fullUrl ends in another id than the resource has. Make them agree.".into(),
            Broken::Relative => {
                "The address is not absolute. Write it whole, with http:, https: or urn:.".into()
            }
            Broken::UnknownPart => {
                "The extension has no part of this url. Correct the url or remove the part.".into()
            }
            Broken::Unreached => {
                "No reference joins the entry to the document. Refer to it, or remove it.".into()
            }
        }
    }

    fn german(&self) -> String {
        match &self.found {
            Broken::TooFew { name, min, found } => format!("{name} ist {found}-mal da und muss mindestens {min}-mal da sein. Ergänzen Sie es."),
            Broken::TooMany { name, max: 0, .. } => format!("{name} ist hier nicht erlaubt. Entfernen Sie es."),
            Broken::TooMany { name, max, found } => format!("{name} ist {found}-mal da und darf höchstens {max}-mal da sein. Entfernen Sie, was zu viel ist."),
            Broken::NoSlice { name } => format!("Dieser Wert von {name} ist von keiner Art, die das Profil erlaubt. Berichtigen Sie, woran die Art erkannt wird (system, code, url oder Typ), oder entfernen Sie ihn."),
            Broken::Order { name } => format!("Die Werte von {name} stehen in der falschen Reihenfolge. Ordnen Sie sie wie im Profil."),
            Broken::SliceOpen { name } => format!("Ob dieser Wert von {name} von einer Art ist, die das Profil beschreibt, lässt sich nicht sagen; er wurde wie jeder andere geprüft."),
            Broken::Fixed { wanted } => format!("Der Wert ist nicht der, den das Profil festlegt: {wanted}. Schreiben Sie diesen."),
            Broken::Pattern { wanted } => format!("Dem Wert fehlt, was das Profil verlangt: {wanted}. Ergänzen Sie es."),
            Broken::Length { max } => format!("Der Text hat mehr als {max} Zeichen. Kürzen Sie ihn."),
            Broken::Range { wanted } => format!("Der Wert liegt außerhalb seines Bereichs ({wanted}). Berichtigen Sie ihn."),
            Broken::Rule { human } => format!("Eine Regel des Profils ist verletzt: {} Berichtigen Sie, wovon sie spricht.", sentence(human)),
            Broken::RuleOpen { fault } => format!("Eine Regel des Profils ließ sich nicht auswerten ({fault}); ob sie eingehalten ist, bleibt offen."),
            Broken::NotListed { list, required: true } => format!("Der Code steht nicht in der Liste {list}, die hier verlangt ist. Nehmen Sie einen Code der Liste mit seinem System."),
            Broken::NotListed { list, .. } => format!("Der Code steht nicht in der Liste {list}. Wenn einer ihrer Codes passt, nehmen Sie diesen."),
            Broken::NotLoaded { list } => format!("Die Liste {list} ist nicht geladen, der Code wurde nicht geprüft. Laden Sie sie, damit er geprüft wird."),
            Broken::Type { found, allowed } => format!("Der Wert ist vom Typ {found}; erlaubt: {allowed}. Nehmen Sie einen davon."),
            Broken::Target { found, allowed } => format!("Die Referenz führt zu {found}; erlaubt: {allowed}. Verweisen Sie auf eines davon."),
            Broken::Nowhere => "Die Referenz führt in dieser Ressource oder diesem Bundle zu nichts. Ergänzen Sie, was gemeint ist, oder berichtigen Sie sie.".into(),
            Broken::Unmade { profile, lacking } => format!("Das Profil {profile} ist geladen und nicht verwendbar: seine Basis {lacking} ist es nicht oder führt zu ihm zurück. Laden Sie das Paket der Basis, oder berichtigen Sie das Profil."),
            Broken::UnknownProfile { profile } => format!("Das Profil {profile} wird beansprucht und ist nicht geladen. Laden Sie sein Paket oder berichtigen Sie die Angabe."),
            Broken::ForeignProfile { profile, of } => format!("Das Profil {profile} gilt für {of}. Entfernen oder berichtigen Sie die Angabe."),
            Broken::OtherProfile { allowed } => format!("Der Inhalt hält keines der verlangten Profile ein: {allowed}. Passen Sie ihn einem davon an."),
            Broken::ManyProfiles { max, found } => format!("meta.profile nennt {found} Profile; erlaubt: {max}. Entfernen Sie die anderen."),
            Broken::UnknownExtension { url } => format!("Die Erweiterung {url} ist nicht bekannt. Laden Sie ihr Paket, berichtigen Sie ihre url oder entfernen Sie sie."),
            Broken::Modifier { belongs: true } => "Die Erweiterung ändert die Bedeutung und gehört in modifierExtension. Verschieben Sie sie dorthin.".into(),
            Broken::Modifier { belongs: false } => "Die Erweiterung ändert die Bedeutung nicht und gehört in extension. Verschieben Sie sie dorthin.".into(),
            Broken::Context { allowed } => format!("Die Erweiterung darf hier nicht stehen; erlaubt: {allowed}. Verschieben Sie sie dorthin oder entfernen Sie sie."),
            Broken::Display { list } => format!("Die Anzeige ist keines der Wörter, die {list} für den Code hat. Berichtigen Sie sie oder den Code."),
            Broken::NoFullUrl => "Der Eintrag hat keine fullUrl, die Referenzen brauchen. Ergänzen Sie sie.".into(),
            Broken::FullUrl => "fullUrl endet mit einer anderen id als die der Ressource. Bringen Sie beide in Übereinstimmung.".into(),
            Broken::Relative => "Die Adresse ist nicht absolut. Schreiben Sie sie ganz, mit http:, https: oder urn:.".into(),
            Broken::UnknownPart => "Die Erweiterung hat keinen Teil mit dieser url. Berichtigen Sie die url oder entfernen Sie den Teil.".into(),
            Broken::Unreached => "Keine Referenz verbindet den Eintrag mit dem Dokument. Verweisen Sie auf ihn, oder entfernen Sie ihn.".into(),
        }
    }

    fn french(&self) -> String {
        match &self.found {
            Broken::TooFew { name, min, found } => format!("{name} est là {found} fois et doit l’être au moins {min} fois. Ajoutez-le."),
            Broken::TooMany { name, max: 0, .. } => format!("{name} n’est pas permis ici. Supprimez-le."),
            Broken::TooMany { name, max, found } => format!("{name} est là {found} fois et peut l’être au plus {max} fois. Supprimez ce qui est de trop."),
            Broken::NoSlice { name } => format!("Cette valeur de {name} n’est d’aucune des sortes que le profil permet. Corrigez ce qui dit sa sorte (system, code, url ou type), ou supprimez-la."),
            Broken::Order { name } => format!("Les valeurs de {name} ne sont pas dans le bon ordre. Rangez-les comme dans le profil."),
            Broken::SliceOpen { name } => format!("On ne peut dire si cette valeur de {name} est d’une sorte que le profil décrit ; elle a été vérifiée comme toute autre."),
            Broken::Fixed { wanted } => format!("La valeur n’est pas celle que le profil fixe : {wanted}. Écrivez celle-ci."),
            Broken::Pattern { wanted } => format!("Il manque à la valeur ce que le profil demande : {wanted}. Ajoutez-le."),
            Broken::Length { max } => format!("Le texte a plus de {max} caractères. Raccourcissez-le."),
            Broken::Range { wanted } => format!("La valeur est hors de son intervalle ({wanted}). Corrigez-la."),
            Broken::Rule { human } => format!("Une règle du profil n’est pas respectée : {} Corrigez ce dont elle parle.", sentence(human)),
            Broken::RuleOpen { fault } => format!("Une règle du profil n’a pu être évaluée ({fault}) ; on ne sait si elle est respectée."),
            Broken::NotListed { list, required: true } => format!("Le code n’est pas dans la liste {list}, exigée ici. Prenez un code de la liste, avec son système."),
            Broken::NotListed { list, .. } => format!("Le code n’est pas dans la liste {list}. Si l’un de ses codes convient, prenez-le."),
            Broken::NotLoaded { list } => format!("La liste {list} n’est pas chargée, le code n’a pas été vérifié. Chargez-la pour qu’il le soit."),
            Broken::Type { found, allowed } => format!("La valeur est de type {found} ; permis : {allowed}. Prenez l’un d’eux."),
            Broken::Target { found, allowed } => format!("La référence mène à {found} ; permis : {allowed}. Renvoyez à l’un d’eux."),
            Broken::Nowhere => "La référence ne mène à rien dans cette ressource ou ce Bundle. Ajoutez ce qu’elle désigne ou corrigez-la.".into(),
            Broken::Unmade { profile, lacking } => format!("Le profil {profile} est chargé mais inutilisable : sa base {lacking} ne l’est pas, ou y ramène. Chargez le paquet de la base, ou corrigez le profil."),
            Broken::UnknownProfile { profile } => format!("Le profil {profile} est annoncé et n’est pas chargé. Chargez son paquet ou corrigez l’annonce."),
            Broken::ForeignProfile { profile, of } => format!("Le profil {profile} vaut pour {of}. Supprimez l’annonce ou corrigez-la."),
            Broken::OtherProfile { allowed } => format!("Le contenu ne respecte aucun des profils demandés : {allowed}. Adaptez-le à l’un d’eux."),
            Broken::ManyProfiles { max, found } => format!("meta.profile nomme {found} profils ; permis : {max}. Supprimez les autres."),
            Broken::UnknownExtension { url } => format!("L’extension {url} n’est pas connue. Chargez son paquet, corrigez son url ou supprimez-la."),
            Broken::Modifier { belongs: true } => "L’extension change le sens et a sa place dans modifierExtension. Déplacez-l’y.".into(),
            Broken::Modifier { belongs: false } => "L’extension ne change pas le sens et a sa place dans extension. Déplacez-l’y.".into(),
            Broken::Context { allowed } => format!("L’extension ne peut être ici ; permis : {allowed}. Déplacez-la ou supprimez-la."),
            Broken::Display { list } => format!("L’affichage n’est aucun des mots que {list} a pour le code. Corrigez-le, ou le code."),
            Broken::NoFullUrl => "L’entrée n’a pas de fullUrl, dont les références ont besoin. Ajoutez-la.".into(),
            Broken::FullUrl => "fullUrl finit par un autre id que celui de la ressource. Faites-les concorder.".into(),
            Broken::Relative => "L’adresse n’est pas absolue. Écrivez-la en entier, avec http:, https: ou urn:.".into(),
            Broken::UnknownPart => "L’extension n’a pas de partie de cette url. Corrigez l’url ou supprimez la partie.".into(),
            Broken::Unreached => "Aucune référence ne relie l’entrée au document. Renvoyez-y, ou retirez-la.".into(),
        }
    }
}

/// A text with a full stop at its end.
fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}

/// An address of a profile, list or extension, when it looks like one and not like a value.
pub(crate) fn shown_address(text: &str) -> Box<str> {
    let is_plain = text.len() <= 200
        && text.contains(':')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":/.-_|#".contains(&byte));
    if is_plain { text.into() } else { "…".into() }
}
