//! What belongs into a parameter's value, in three languages.

/// What belongs into a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Expected {
    /// Anything but nothing.
    Something,
    /// A number, perhaps with a prefix.
    Number,
    /// A date, perhaps with a prefix.
    Date,
    /// `[prefix]number|system|code`
    Quantity,
    /// `system|code`
    Token,
    /// `system|code|value`
    OfType,
    /// A reference.
    Reference,
    /// An id.
    Id,
    /// A uri.
    Uri,
    /// `true` or `false`
    Boolean,
    /// So many parts with `$` between them.
    Composite(usize),
    /// `_count`
    Count,
    /// `_total`
    Total,
    /// `_summary`
    Summary,
    /// `_include`
    Include,
    /// `_has`
    Has,
    /// `_contained`
    Contained,
    /// Both code and system, for `:above` and `:below`.
    SystemAndCode,
}

impl Expected {
    /// All of them, with one [`Expected::Composite`].
    pub const ALL: [Self; 18] = [
        Self::Something,
        Self::Number,
        Self::Date,
        Self::Quantity,
        Self::Token,
        Self::OfType,
        Self::Reference,
        Self::Id,
        Self::Uri,
        Self::Boolean,
        Self::Composite(2),
        Self::Count,
        Self::Total,
        Self::Summary,
        Self::Include,
        Self::Has,
        Self::Contained,
        Self::SystemAndCode,
    ];

    /// English, German and French.
    pub(super) fn texts(self) -> [String; 3] {
        let three = |en: &str, de: &str, fr: &str| [en.to_owned(), de.to_owned(), fr.to_owned()];
        match self {
            Self::Something => three("a value", "ein Wert", "une valeur"),
            Self::Number => three(
                "a number such as 5.4 or ge100",
                "eine Zahl wie 5.4 oder ge100",
                "un nombre tel que 5.4 ou ge100",
            ),
            Self::Date => three(
                "a date such as 2026, 2026-03, ge2026-03-01 or 2026-03-01T10:00:00Z",
                "ein Datum wie 2026, 2026-03, ge2026-03-01 oder 2026-03-01T10:00:00Z",
                "une date telle que 2026, 2026-03, ge2026-03-01 ou 2026-03-01T10:00:00Z",
            ),
            Self::Quantity => three(
                "a quantity such as 5.4, gt5.4||mg or 5.4|http://unitsofmeasure.org|mg",
                "eine Menge wie 5.4, gt5.4||mg oder 5.4|http://unitsofmeasure.org|mg",
                "une quantité telle que 5.4, gt5.4||mg ou 5.4|http://unitsofmeasure.org|mg",
            ),
            Self::Token => three(
                "code, system|code, |code or system|",
                "code, system|code, |code oder system|",
                "code, system|code, |code ou system|",
            ),
            Self::OfType => three("system|code|value", "system|code|Wert", "system|code|valeur"),
            Self::Reference => three(
                "an id, Type/id or an absolute address",
                "eine id, Typ/id oder eine absolute Adresse",
                "un id, Type/id ou une adresse absolue",
            ),
            Self::Id => three(
                "an id: at most 64 of the characters A-Z, a-z, 0-9, - and .",
                "eine id: höchstens 64 der Zeichen A-Z, a-z, 0-9, - und .",
                "un id : au plus 64 des caractères A-Z, a-z, 0-9, - et .",
            ),
            Self::Uri => three("a URI", "eine URI", "un URI"),
            Self::Boolean => three("true or false", "true oder false", "true ou false"),
            Self::Composite(count) => [
                format!("{count} values with $ between them"),
                format!("{count} Werte, mit $ getrennt"),
                format!("{count} valeurs séparées par $"),
            ],
            Self::Count => {
                three("a whole number from 0 on", "eine ganze Zahl ab 0", "un nombre entier à partir de 0")
            }
            Self::Total => three(
                "none, estimate or accurate",
                "none, estimate oder accurate",
                "none, estimate ou accurate",
            ),
            Self::Summary => three(
                "true, text, data, count or false",
                "true, text, data, count oder false",
                "true, text, data, count ou false",
            ),
            Self::Include => three(
                "Type:parameter, Type:parameter:Type, Type:* or *",
                "Typ:Parameter, Typ:Parameter:Typ, Typ:* oder *",
                "Type:paramètre, Type:paramètre:Type, Type:* ou *",
            ),
            Self::Has => three(
                "a name such as _has:Observation:patient:code",
                "ein Name wie _has:Observation:patient:code",
                "un nom tel que _has:Observation:patient:code",
            ),
            Self::Contained => three(
                "false; contained resources are not searched",
                "false; in contained wird nicht gesucht",
                "false ; les ressources contenues ne font pas l’objet de recherches",
            ),
            Self::SystemAndCode => {
                three("system|code, both of them", "system|code, beides", "system|code, les deux")
            }
        }
    }
}
