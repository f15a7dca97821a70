//! Diagnoses: ICD-10-GM in Germany, the WHO's ICD-10 in France. Data only.

use super::Words;

/// A diagnosis.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Diagnosis {
    pub(crate) code: [&'static str; 2],
    pub(crate) name: Words,
}

macro_rules! diagnoses {
    ($($name:ident = $gm:literal, $who:literal, $german:literal, $french:literal;)*) => {
        $(pub(crate) static $name: Diagnosis = Diagnosis { code: [$gm, $who], name: [$german, $french] };)*
        /// All of them.
        #[cfg(test)]
        pub(crate) static ALL: &[&Diagnosis] = &[$(&$name),*];
    };
}

diagnoses! {
    DIABETES = "E11.90", "E11.9", "Diabetes mellitus Typ 2", "Diabète de type 2";
    HYPERTENSION = "I10.90", "I10", "Bluthochdruck", "Hypertension artérielle";
    LIPIDS = "E78.5", "E78.5", "Erhöhte Blutfette", "Dyslipidémie";
    KIDNEY = "N18.3", "N18.3", "Chronische Nierenkrankheit, Stadium 3", "Maladie rénale chronique, stade 3";
    KIDNEY_4 = "N18.4", "N18.4", "Chronische Nierenkrankheit, Stadium 4", "Maladie rénale chronique, stade 4";
    HYPOTHYROIDISM = "E03.9", "E03.9", "Schilddrüsenunterfunktion", "Hypothyroïdie";
    FIBRILLATION = "I48.9", "I48.9", "Vorhofflimmern", "Fibrillation atriale";
    CORONARY = "I25.19", "I25.1", "Koronare Herzkrankheit", "Maladie coronarienne";
    HEART_FAILURE = "I50.13", "I50.1", "Linksherzinsuffizienz", "Insuffisance cardiaque gauche";
    ASTHMA = "J45.99", "J45.9", "Asthma bronchiale", "Asthme";
    COPD = "J44.99", "J44.9", "COPD", "BPCO";
    GOUT = "M10.99", "M10.9", "Gicht", "Goutte";
    REFLUX = "K21.9", "K21.9", "Refluxkrankheit", "Reflux gastro-œsophagien";
    DEPRESSION = "F32.1", "F32.1", "Mittelgradige depressive Episode", "Épisode dépressif moyen";
    MIGRAINE = "G43.9", "G43.9", "Migräne", "Migraine";
    ARTHROSIS = "M17.9", "M17.9", "Kniearthrose", "Gonarthrose";
    OSTEOPOROSIS = "M81.99", "M81.9", "Osteoporose", "Ostéoporose";
    PROSTATE = "N40", "N40", "Vergrößerte Prostata", "Hypertrophie de la prostate";
    IRON = "D50.9", "D50.9", "Eisenmangelanämie", "Anémie par carence en fer";
    HAY_FEVER = "J30.1", "J30.1", "Heuschnupfen", "Rhinite allergique au pollen";
    ATOPIC = "L20.9", "L20.9", "Neurodermitis", "Dermatite atopique";
    GLAUCOMA = "H40.9", "H40.9", "Glaukom", "Glaucome";
    PREGNANCY = "Z34", "Z34.9", "Schwangerschaft, normaler Verlauf", "Grossesse normale";
    COLD = "J06.9", "J06.9", "Infekt der oberen Atemwege", "Infection des voies aériennes supérieures";
    BRONCHITIS = "J20.9", "J20.9", "Akute Bronchitis", "Bronchite aiguë";
    INFLUENZA = "J11.1", "J11.1", "Grippe", "Grippe saisonnière";
    GASTROENTERITIS = "A09.9", "A09.9", "Magen-Darm-Infekt", "Gastro-entérite";
    CYSTITIS = "N30.0", "N30.0", "Blasenentzündung", "Cystite";
    BACK = "M54.5", "M54.5", "Kreuzschmerzen", "Lombalgie";
    OTITIS = "H66.9", "H66.9", "Mittelohrentzündung", "Otite moyenne aiguë";
    TONSILLITIS = "J03.9", "J03.9", "Mandelentzündung", "Angine";
    SINUSITIS = "J01.9", "J01.9", "Nasennebenhöhlenentzündung", "Sinusite aiguë";
    SPRAIN = "S93.40", "S93.4", "Verstauchung des Sprunggelenks", "Entorse de la cheville";
    ECZEMA = "L30.9", "L30.9", "Ekzem", "Eczéma";
    GASTRITIS = "K29.7", "K29.7", "Gastritis", "Gastrite";
    CONJUNCTIVITIS = "H10.9", "H10.9", "Bindehautentzündung", "Conjonctivite";
    INSOMNIA = "G47.0", "G47.0", "Schlafstörung", "Insomnie";
    CONSTIPATION = "K59.00", "K59.0", "Verstopfung", "Constipation";
    CHRONIC_PAIN = "R52.2", "R52.2", "Chronische Schmerzen", "Douleur chronique";
}
