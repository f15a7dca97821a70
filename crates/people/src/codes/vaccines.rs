//! Vaccines by their ATC code. Data only.

use super::Words;

/// A vaccine.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Vaccine {
    pub(crate) atc: &'static str,
    pub(crate) name: Words,
}

macro_rules! vaccines {
    ($($name:ident = $atc:literal, $german:literal, $french:literal;)*) => {
        $(pub(crate) static $name: Vaccine = Vaccine { atc: $atc, name: [$german, $french] };)*
        /// All of them.
        #[cfg(test)]
        pub(crate) static ALL: &[&Vaccine] = &[$(&$name),*];
    };
}

vaccines! {
    SIX = "J07CA09", "Sechsfach (DTaP-IPV-Hib-HepB)", "Hexavalent (DTCaP-Hib-HepB)";
    PNEUMO = "J07AL02", "Pneumokokken, konjugiert", "Pneumocoque conjugué";
    ROTA = "J07BH01", "Rotaviren", "Rotavirus";
    MEN_B = "J07AH09", "Meningokokken B", "Méningocoque B";
    MEN_C = "J07AH07", "Meningokokken C", "Méningocoque C";
    MEN_ACWY = "J07AH08", "Meningokokken ACWY", "Méningocoques ACWY";
    MMR = "J07BD52", "Masern-Mumps-Röteln", "Rougeole-oreillons-rubéole";
    VARICELLA = "J07BK01", "Windpocken", "Varicelle";
    BOOSTER_CHILD = "J07CA02", "Tdap-IPV-Auffrischung", "Rappel dTcaP";
    BOOSTER_ADULT = "J07AJ52", "Tdap-Auffrischung", "Rappel dTca";
    TETANUS_DIPHTHERIA = "J07AM51", "Tetanus-Diphtherie", "Diphtérie-tétanos";
    HPV = "J07BM03", "HPV, neunvalent", "HPV nonavalent";
    FLU = "J07BB02", "Influenza", "Grippe";
    COVID = "J07BN01", "COVID-19 (mRNA)", "COVID-19 (ARNm)";
    ZOSTER = "J07BK03", "Gürtelrose", "Zona";
    TBE = "J07BA01", "FSME", "Encéphalite à tiques";
}
