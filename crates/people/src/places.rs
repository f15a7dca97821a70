//! Towns with their postal codes and streets that are there, and telephone numbers that nobody has. Data only.
//!
//! Sources: the numbers are those that Bundesnetzagentur (Mitteilung 148/2021, "Rufnummern für Medienproduktionen") and Arcep
//! (décision 2018-0881, "numéros fictifs") keep free for fiction.

use crate::Locale;
use crate::random::Random;

/// The highest house number.
const MAX_HOUSE: i64 = 68;

/// Where a household lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) line: String,
    pub(crate) postal_code: &'static str,
    pub(crate) town: &'static str,
}

impl Place {
    /// A house of the practice's surroundings.
    pub(crate) fn draw(locale: Locale, random: &mut Random) -> Self {
        let (postal_code, town, streets) = *random.pick(locale.of([GERMAN, FRENCH]));
        let (street, house) = (random.word(streets), random.between(1, MAX_HOUSE));
        let addition = match (random.chance(9), locale) {
            (true, Locale::German) => "a",
            (true, Locale::French) => " bis",
            _ => "",
        };
        let line = match locale {
            Locale::German => format!("{street} {house}{addition}"),
            Locale::French => format!("{house}{addition} {street}"),
        };
        Self { line, postal_code, town }
    }
}

/// A number of a telephone at home.
pub(crate) fn landline(locale: Locale, random: &mut Random) -> String {
    match locale {
        Locale::German => {
            let area = random.pick(&["30 23125", "69 90009", "40 66969", "221 4710", "89 99998"]);
            format!("+49 {area}{:03}", random.below(1000))
        }
        Locale::French => french("4 65 71", random),
    }
}

/// A number of a mobile telephone.
pub(crate) fn mobile(locale: Locale, random: &mut Random) -> String {
    match locale {
        Locale::German => {
            format!("+49 {}{:02}", random.pick(&["171 39200", "176 040690"]), random.below(100))
        }
        Locale::French => french("6 39 98", random),
    }
}

fn french(range: &str, random: &mut Random) -> String {
    format!("+33 {range} {:02} {:02}", random.below(100), random.below(100))
}

type Town = (&'static str, &'static str, &'static str);

const GERMAN: &[Town] = &[
    (
        "79098",
        "Freiburg im Breisgau",
        "Herrenstraße,Konviktstraße,Salzstraße,Gerberau,Rathausgasse,Moltkestraße",
    ),
    (
        "79100",
        "Freiburg im Breisgau",
        "Günterstalstraße,Lorettostraße,Merzhauser Straße,Goethestraße,Kirchstraße",
    ),
    ("79102", "Freiburg im Breisgau", "Talstraße,Hildastraße,Kartäuserstraße,Schwarzwaldstraße,Urachstraße"),
    ("79104", "Freiburg im Breisgau", "Habsburgerstraße,Stadtstraße,Sonnhalde,Karlstraße,Hauptstraße"),
    ("79106", "Freiburg im Breisgau", "Eschholzstraße,Klarastraße,Lehener Straße,Ferdinand-Weiß-Straße"),
    ("79110", "Freiburg im Breisgau", "Elsässer Straße,Paduaallee,Breisacher Straße,Berliner Allee"),
    ("79111", "Freiburg im Breisgau", "Basler Landstraße,Opfinger Straße,Sankt Georgener Straße"),
    ("79114", "Freiburg im Breisgau", "Carl-Kistner-Straße,Staudingerstraße,Belchenstraße,Bugginger Straße"),
    ("79117", "Freiburg im Breisgau", "Lindenmattenstraße,Alemannenstraße,Kappler Straße,Littenweilerstraße"),
    ("79183", "Waldkirch", "Lange Straße,Merklinstraße,Freiburger Straße,Lindenweg"),
    ("79189", "Bad Krozingen", "Basler Straße,Schwarzwaldstraße,Bahnhofstraße,Staufener Straße"),
    ("79199", "Kirchzarten", "Hauptstraße,Bahnhofstraße,Höllentalstraße,Zartener Straße"),
    ("79211", "Denzlingen", "Hauptstraße,Rosenstraße,Markgrafenstraße,Waldkircher Straße"),
    ("79219", "Staufen im Breisgau", "Hauptstraße,Grunerner Straße,Wettelbrunner Straße"),
    ("79249", "Merzhausen", "Hexentalstraße,Dorfstraße,Am Rohrgraben,Friedhofweg"),
    ("79312", "Emmendingen", "Karl-Friedrich-Straße,Markgrafenstraße,Lammstraße,Theodor-Ludwig-Straße"),
];

const FRENCH: &[Town] = &[
    ("69001", "Lyon", "rue Burdeau,rue des Tables Claudiennes,rue de la Martinière,montée de la Grande Côte"),
    ("69002", "Lyon", "rue Victor Hugo,rue de la Charité,rue Auguste Comte,rue Mercière,rue Sala"),
    ("69003", "Lyon", "rue Paul Bert,rue Moncey,cours Lafayette,avenue Félix Faure,rue de la Villette"),
    ("69004", "Lyon", "boulevard de la Croix-Rousse,rue de Cuire,rue du Mail,rue d'Austerlitz"),
    ("69005", "Lyon", "rue Saint-Jean,montée du Gourguillon,rue de Trion,rue du Bœuf"),
    ("69006", "Lyon", "rue Tronchet,cours Vitton,rue Duguesclin,boulevard des Brotteaux"),
    ("69007", "Lyon", "avenue Jean Jaurès,rue de Marseille,rue Chevreul,rue de Gerland"),
    ("69008", "Lyon", "avenue des Frères Lumière,rue Marius Berliet,avenue Berthelot,rue Bataille"),
    ("69009", "Lyon", "rue Sergent Michel Berthet,rue Marietton,rue de Bourgogne"),
    ("69100", "Villeurbanne", "cours Émile Zola,rue Anatole France,rue Flachet,avenue Henri Barbusse"),
    ("69110", "Sainte-Foy-lès-Lyon", "rue du Commandant Charcot,chemin des Fonts,avenue Maréchal Foch"),
    ("69160", "Tassin-la-Demi-Lune", "avenue de la République,avenue Victor Hugo,chemin de la Pomme"),
    ("69200", "Vénissieux", "boulevard Ambroise Croizat,avenue Jean Jaurès,rue Gambetta"),
    ("69300", "Caluire-et-Cuire", "montée des Soldats,avenue Barthélemy Thimonnier,rue Coste"),
    ("69500", "Bron", "avenue Franklin Roosevelt,rue de la Pagère,avenue Camille Rousset"),
];
