//! Given names by the years in which they were given, and surnames, as they are frequent in Germany and France. Data only: the
//! names are common ones, put together by chance.

use crate::Locale;
use crate::calendar::{Day, civil};
use crate::random::Random;

/// From this year on, and the names of women and men.
type Cohort = (i64, &'static str, &'static str);

/// Where a family's names come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Origin(usize);

/// People whose families came from elsewhere, of a hundred.
const FROM_ELSEWHERE: u64 = 22;

struct Elsewhere {
    women: &'static str,
    men: &'static str,
    surnames: &'static str,
}

impl Origin {
    /// The country's own names.
    pub(crate) fn local() -> Self {
        Self(0)
    }

    /// Where one family of a country comes from.
    pub(crate) fn draw(locale: Locale, random: &mut Random) -> Self {
        let others = elsewhere(locale).len() as u64;
        Self(if random.chance(FROM_ELSEWHERE) { 1 + random.below(others) as usize } else { 0 })
    }

    /// A surname of such a family.
    pub(crate) fn surname(self, locale: Locale, random: &mut Random) -> String {
        let names = match self.0.checked_sub(1).and_then(|at| elsewhere(locale).get(at)) {
            Some(other) => other.surnames,
            None => locale.of([GERMAN_SURNAMES, FRENCH_SURNAMES]),
        };
        random.word(names).to_owned()
    }

    /// A given name that fits the birth year.
    pub(crate) fn given(self, locale: Locale, is_woman: bool, birth: Day, random: &mut Random) -> String {
        let (year, ..) = civil(birth);
        let (women, men) = match self.0.checked_sub(1).and_then(|at| elsewhere(locale).get(at)) {
            // The younger ones are often named like their neighbours.
            Some(other) if year < 1990 || random.chance(60) => (other.women, other.men),
            _ => cohort(locale, year),
        };
        random.word(if is_woman { women } else { men }).to_owned()
    }
}

/// A surname of two parts, as many families have one and few the same.
pub(crate) fn rare_surname(locale: Locale, random: &mut Random) -> String {
    let (first, last) = locale.of([(GERMAN_FIRST, GERMAN_LAST), (FRENCH_FIRST, FRENCH_LAST)]);
    format!("{}{}", random.word(first), random.word(last))
}

fn cohort(locale: Locale, year: i64) -> (&'static str, &'static str) {
    let cohorts = locale.of([GERMAN, FRENCH]);
    let found = cohorts.iter().rev().find(|(from, ..)| *from <= year).or(cohorts.first());
    found.map_or(("", ""), |(_, women, men)| (*women, *men))
}

fn elsewhere(locale: Locale) -> &'static [Elsewhere] {
    locale.of([GERMAN_ELSEWHERE, FRENCH_ELSEWHERE])
}

const GERMAN: &[Cohort] = &[
    (
        0,
        "Gisela,Ingrid,Ursula,Helga,Hildegard,Irmgard,Gerda,Edith,Ilse,Waltraud,Christa,Erika,Lieselotte,Elfriede,Hannelore",
        "Heinz,Horst,Günter,Werner,Karl,Walter,Gerhard,Heinrich,Kurt,Rolf,Helmut,Siegfried,Herbert,Erwin,Alfred",
    ),
    (
        1945,
        "Renate,Monika,Brigitte,Karin,Angelika,Gabriele,Barbara,Marianne,Elke,Rosemarie,Christine,Heidi,Sigrid,Jutta,Doris",
        "Klaus,Wolfgang,Peter,Jürgen,Manfred,Bernd,Dieter,Hans-Peter,Rainer,Uwe,Reinhard,Volker,Hartmut,Norbert,Eberhard",
    ),
    (
        1960,
        "Sabine,Susanne,Petra,Birgit,Martina,Andrea,Claudia,Anette,Heike,Ute,Bettina,Cornelia,Kerstin,Silke,Beate",
        "Thomas,Michael,Andreas,Frank,Stefan,Martin,Ralf,Jörg,Matthias,Dirk,Holger,Markus,Armin,Joachim,Christoph",
    ),
    (
        1975,
        "Stefanie,Nicole,Katrin,Tanja,Anja,Daniela,Melanie,Nadine,Sandra,Julia,Kathrin,Yvonne,Christina,Simone,Verena",
        "Christian,Sebastian,Daniel,Alexander,Tobias,Jan,Marco,Oliver,Benjamin,Florian,Sven,Dennis,Patrick,Björn,Simon",
    ),
    (
        1988,
        "Laura,Lisa,Sarah,Anna,Lena,Jana,Franziska,Theresa,Katharina,Vanessa,Marie,Hannah,Johanna,Miriam,Carolin",
        "Lukas,Felix,Jonas,Maximilian,Tim,Philipp,Fabian,Moritz,Niklas,Dominik,Kevin,Jannik,Robin,Julian,David",
    ),
    (
        2003,
        "Emma,Mia,Leonie,Lea,Sophie,Lina,Clara,Nele,Ida,Charlotte,Paula,Greta,Frieda,Mathilda,Amelie",
        "Leon,Paul,Finn,Ben,Elias,Noah,Luis,Anton,Emil,Jakob,Theo,Oskar,Henri,Mats,Linus",
    ),
];

const FRENCH: &[Cohort] = &[
    (
        0,
        "Simone,Denise,Jeannine,Yvette,Paulette,Odette,Ginette,Jacqueline,Huguette,Raymonde,Marcelle,Suzanne,Andrée,Lucette,Colette",
        "Marcel,Roger,Robert,René,André,Raymond,Lucien,Georges,Maurice,Henri,Fernand,Marius,Roland,Gaston,Louis",
    ),
    (
        1945,
        "Monique,Françoise,Nicole,Danielle,Chantal,Christiane,Annie,Josette,Michèle,Bernadette,Évelyne,Dominique,Marie-Noëlle,Mireille,Martine",
        "Michel,Jean-Marc,Daniel,Bernard,Gérard,Alain,Jean-Pierre,Christian,Yves,Guy,Jacques,Serge,Francis,Joël,Jean-Luc",
    ),
    (
        1960,
        "Sylvie,Catherine,Nathalie,Isabelle,Véronique,Valérie,Corinne,Pascale,Laurence,Brigitte,Florence,Muriel,Agnès,Béatrice,Hélène",
        "Philippe,Pascal,Éric,Thierry,Patrick,Bruno,Didier,Laurent,Frédéric,Olivier,Hervé,Franck,Stéphane,Vincent,Marc",
    ),
    (
        1975,
        "Céline,Aurélie,Émilie,Stéphanie,Virginie,Delphine,Élodie,Karine,Sandrine,Magali,Amandine,Laetitia,Anne-Sophie,Claire,Mélanie",
        "Sébastien,Nicolas,Julien,Cédric,Guillaume,Jérôme,Mathieu,Benoît,Ludovic,Fabien,Damien,Arnaud,Grégory,Yann,Emmanuel",
    ),
    (
        1988,
        "Marine,Camille,Pauline,Laura,Marion,Manon,Mathilde,Charlotte,Margaux,Océane,Justine,Chloé,Clémence,Solène,Noémie",
        "Thomas,Alexandre,Maxime,Quentin,Kévin,Romain,Antoine,Valentin,Florian,Clément,Adrien,Baptiste,Corentin,Bastien,Loïc",
    ),
    (
        2003,
        "Emma,Jade,Louise,Alice,Inès,Lina,Zoé,Rose,Anna,Juliette,Romane,Agathe,Margot,Apolline,Capucine",
        "Lucas,Gabriel,Hugo,Jules,Arthur,Raphaël,Louis,Nathan,Léo,Ethan,Gaspard,Noé,Sacha,Théodore,Eliott",
    ),
];

/// What rare surnames are made of.
const GERMAN_FIRST: &str = "Achen,Birken,Brand,Buchen,Dorn,Eichel,Ellen,Espen,Falken,Fehren,Gersten,Grünen,Hager,Harten,Hirsch,Hohen,Holl,Kalten,Kern,\
    Kirch,Langen,Lauter,Linden,Mühl,Nieder,Ober,Oster,Rosen,Rotten,Sassen,Schön,Sieben,Stein,Tannen,Wacken,Walden,Weiden,Wester,Wieden,Wolfs";
const GERMAN_LAST: &str = "ach,aich,bach,bauer,berger,born,brink,busch,dorfer,eck,egger,feld,felder,haupt,häuser,hofer,holz,horst,huber,kamp,kofler,\
    lechner,leitner,mair,meier,müller,rieder,roth,sattler,schläger,schmid,stätter,steiner,thaler,wald,weger,wieser,winkel,ziegler";
const FRENCH_FIRST: &str = "Beau,Bel,Bois,Bon,Bourg,Caille,Champ,Chante,Clair,Clos,Cour,Font,Gran,Haute,Mal,Mar,Mire,Mont,Neuf,Perche,Pierre,Pont,\
    Prim,Roche,Taille,Tour,Val,Vert,Ville";
const FRENCH_LAST: &str = "arbre,aud,bert,bois,brun,champ,chard,court,dieu,ferrand,font,fort,grain,lieu,loup,mart,mier,mont,neuve,nard,pont,pré,ray,\
    regard,rive,saison,tain,val,ville,vin";

const GERMAN_SURNAMES: &str = "Müller,Schmidt,Schneider,Fischer,Weber,Meyer,Wagner,Becker,Schulz,Hoffmann,Koch,Richter,Klein,Wolf,\
    Schröder,Neumann,Schwarz,Zimmermann,Braun,Krüger,Hartmann,Lange,Krause,Lehmann,Köhler,König,Walter,Mayer,Huber,Kaiser,Fuchs,\
    Scholz,Möller,Weiß,Jung,Hahn,Vogel,Friedrich,Keller,Günther,Frank,Berger,Winkler,Roth,Beck,Lorenz,Baumann,Albrecht,Simon,\
    Ludwig,Böhm,Winter,Kraus,Schumacher,Krämer,Vogt,Stein,Jäger,Otto,Sommer,Groß,Seidel,Brandt,Haas,Schreiber,Dietrich,Ziegler,\
    Kuhn,Kühn,Pohl,Engel,Horn,Busch,Bergmann,Thomas,Voigt,Sauer,Arnold,Pfeiffer,Bühler,Rombach,Faller,Dold,Schwär,Birkenmeier,\
    Kürner,Hug,Maier,Schätzle,Disch,Gutmann,Ganter,Steiert,Saier,Hättich,Riesterer,Zähringer,von Gleichenstein,Großmann,Süßle";

const FRENCH_SURNAMES: &str = "Martin,Bernard,Dubois,Thomas,Robert,Richard,Petit,Durand,Leroy,Moreau,Simon,Laurent,Lefebvre,Michel,\
    Garcia,David,Bertrand,Roux,Vincent,Fournier,Morel,Girard,André,Mercier,Dupont,Lambert,Bonnet,François,Martinez,Legrand,Garnier,\
    Faure,Rousseau,Blanc,Guérin,Muller,Henry,Roussel,Nicolas,Perrin,Morin,Mathieu,Clément,Gauthier,Dumont,Lopez,Fontaine,Chevalier,\
    Robin,Masson,Sanchez,Gérard,Nguyen,Boyer,Denis,Lemaire,Duval,Joly,Gautier,Roger,Roche,Roy,Noël,Meyer,Lucas,Meunier,Jean,Perez,\
    Marchand,Dufour,Blanchard,Marie,Barbier,Brun,Dumas,Brunet,Schmitt,Leroux,Colas,Fernandez,Renard,Arnaud,Rolland,Caron,Aubert,\
    Giraud,Leclerc,Vidal,Bourgeois,Renaud,Lemoine,Picard,Gaillard,Philippe,Chambe,Berthet,Genin,Thévenet,Chavanne,de La Tour,L'Hôpital";

const GERMAN_ELSEWHERE: &[Elsewhere] = &[
    Elsewhere {
        women: "Fatma,Ayşe,Emine,Zeynep,Elif,Hatice,Merve,Özlem,Sevgi,Gülay",
        men: "Mehmet,Mustafa,Ahmet,Ali,Emre,Murat,Hüseyin,Can,Okan,Yusuf",
        surnames: "Yılmaz,Kaya,Demir,Şahin,Çelik,Yıldız,Öztürk,Aydın,Arslan,Doğan",
    },
    Elsewhere {
        women: "Agnieszka,Katarzyna,Małgorzata,Joanna,Ewa,Magdalena,Aleksandra,Dorota",
        men: "Piotr,Krzysztof,Andrzej,Tomasz,Marek,Paweł,Wojciech,Jacek",
        surnames: "Kowalczyk,Nowak,Wiśniewski,Kamiński,Zieliński,Wójcik,Mazur,Krawczyk",
    },
    Elsewhere {
        women: "Olga,Natalia,Irina,Elena,Swetlana,Tatjana,Oksana,Ludmila",
        men: "Viktor,Alexej,Dimitri,Sergej,Andrej,Igor,Wladimir,Eduard",
        surnames: "Weber,Schäfer,Kowalenko,Miller,Schewtschenko,Wagner,Romanenko,Dyck",
    },
    Elsewhere {
        women: "Giuseppina,Maria,Francesca,Chiara,Rosaria,Antonella,Giulia,Silvia",
        men: "Salvatore,Giuseppe,Antonio,Marco,Angelo,Luca,Domenico,Francesco",
        surnames: "Russo,Esposito,Romano,Ricci,Greco,Lombardo,Caruso,Rizzo",
    },
    Elsewhere {
        women: "Rania,Layla,Samira,Yara,Nour,Hiba,Amal,Dalia",
        men: "Mohammad,Omar,Khaled,Hassan,Yousef,Bilal,Karim,Tarek",
        surnames: "Al-Hamid,Haddad,Khalil,Najjar,Mansour,Darwish,Saleh,Barakat",
    },
];

const FRENCH_ELSEWHERE: &[Elsewhere] = &[
    Elsewhere {
        women: "Fatima,Aïcha,Khadija,Nadia,Samira,Yasmina,Leïla,Malika,Djamila,Soraya",
        men: "Mohamed,Karim,Rachid,Ahmed,Mehdi,Nabil,Youssef,Samir,Farid,Abdelkader",
        surnames: "Benali,Haddad,Belkacem,Bouzid,Mansouri,Cherif,Saïdi,Hamidi,Meziane,Ziani",
    },
    Elsewhere {
        women: "Maria,Ana,Fernanda,Conceição,Paula,Teresa,Isabel,Lurdes",
        men: "José,António,Manuel,Carlos,João,Paulo,Luís,Rui",
        surnames: "da Silva,Ferreira,Pereira,Rodrigues,dos Santos,Gonçalves,Lopes,Carvalho",
    },
    Elsewhere {
        women: "Awa,Fatou,Mariama,Aminata,Bintou,Coumba,Rokhaya,Nafissatou",
        men: "Mamadou,Ibrahima,Ousmane,Abdoulaye,Cheikh,Moussa,Amadou,Lamine",
        surnames: "Diallo,Traoré,Ndiaye,Diop,Camara,Koné,Coulibaly,Sow",
    },
    Elsewhere {
        women: "Thi Mai,Lan,Hoa,Kim,Linh,Thu,Hanh,Phuong",
        men: "Van Minh,Duc,Hung,Quang,Tuan,Long,Hai,Thanh",
        surnames: "Nguyen,Tran,Pham,Le,Vo,Hoang,Dang,Bui",
    },
    Elsewhere {
        women: "Giovanna,Rosa,Carmela,Chiara,Francesca,Laura,Elena,Silvana",
        men: "Giuseppe,Antonio,Marco,Franco,Roberto,Luca,Bruno,Enzo",
        surnames: "Rossi,Bianchi,Ferrari,Esposito,Colombo,Ricci,Gallo,Conti",
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::day_of;

    #[test]
    fn names_fit_the_year_and_no_list_has_holes() {
        let mut random = Random::new(1, 1);
        let old = Origin(0).given(Locale::German, true, day_of(1938, 5, 1), &mut random);
        assert!(GERMAN[0].1.contains(&old), "{old}");
        let young = Origin(0).given(Locale::French, false, day_of(2024, 5, 1), &mut random);
        assert!(FRENCH[5].2.contains(&young), "{young}");
        let all = [GERMAN, FRENCH].concat().into_iter().flat_map(|(_, women, men)| [women, men]);
        let others = [GERMAN_ELSEWHERE, FRENCH_ELSEWHERE].into_iter().flatten();
        let others = others.flat_map(|other| [other.women, other.men, other.surnames]);
        for names in all.chain(others).chain([GERMAN_SURNAMES, FRENCH_SURNAMES]) {
            assert!(names.split(',').all(|name| name.trim().len() > 1), "{names}");
        }
    }

    #[test]
    fn rare_surnames_are_rare_and_nobody_elses() {
        for (locale, common) in [(Locale::German, GERMAN_SURNAMES), (Locale::French, FRENCH_SURNAMES)] {
            let mut random = Random::new(7, 7);
            let drawn: Vec<String> = (0..200).map(|_| rare_surname(locale, &mut random)).collect();
            let different: std::collections::BTreeSet<&String> = drawn.iter().collect();
            assert!(different.len() > 160, "{}", different.len());
            let common: Vec<&str> = common.split(',').map(str::trim).collect();
            let known = different.iter().filter(|name| common.contains(&name.as_str())).count();
            assert!(known <= 2, "{known} of {} are common", different.len());
        }
    }
}
