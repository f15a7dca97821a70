//! Medicines by their ATC code and the name of the substance. Data only.

use super::Words;

/// A medicine.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Medicine {
    pub(crate) atc: &'static str,
    pub(crate) name: Words,
}

macro_rules! medicines {
    ($($name:ident = $atc:literal, $german:literal, $french:literal;)*) => {
        $(pub(crate) static $name: Medicine = Medicine { atc: $atc, name: [$german, $french] };)*
        /// All of them.
        #[cfg(test)]
        pub(crate) static ALL: &[&Medicine] = &[$(&$name),*];
    };
}

medicines! {
    METFORMIN = "A10BA02", "Metformin", "Metformine";
    SITAGLIPTIN = "A10BH01", "Sitagliptin", "Sitagliptine";
    EMPAGLIFLOZIN = "A10BK03", "Empagliflozin", "Empagliflozine";
    INSULIN = "A10AE04", "Insulin glargin", "Insuline glargine";
    RAMIPRIL = "C09AA05", "Ramipril", "Ramipril";
    CANDESARTAN = "C09CA06", "Candesartan", "Candésartan";
    AMLODIPIN = "C08CA01", "Amlodipin", "Amlodipine";
    HCT = "C03AA03", "Hydrochlorothiazid", "Hydrochlorothiazide";
    TORASEMID = "C03CA04", "Torasemid", "Torasémide";
    FUROSEMID = "C03CA01", "Furosemid", "Furosémide";
    SPIRONOLACTON = "C03DA01", "Spironolacton", "Spironolactone";
    BISOPROLOL = "C07AB07", "Bisoprolol", "Bisoprolol";
    ATORVASTATIN = "C10AA05", "Atorvastatin", "Atorvastatine";
    ROSUVASTATIN = "C10AA07", "Rosuvastatin", "Rosuvastatine";
    EZETIMIB = "C10AX09", "Ezetimib", "Ézétimibe";
    PHENPROCOUMON = "B01AA04", "Phenprocoumon", "Phenprocoumone";
    WARFARIN = "B01AA03", "Warfarin", "Warfarine";
    APIXABAN = "B01AF02", "Apixaban", "Apixaban";
    ASS = "B01AC06", "Acetylsalicylsäure", "Acide acétylsalicylique";
    LEVOTHYROXIN = "H03AA01", "Levothyroxin", "Lévothyroxine";
    SALBUTAMOL = "R03AC02", "Salbutamol", "Salbutamol";
    BUDESONID_FORMOTEROL = "R03AK07", "Budesonid/Formoterol", "Budésonide/formotérol";
    TIOTROPIUM = "R03BB04", "Tiotropium", "Tiotropium";
    PANTOPRAZOL = "A02BC02", "Pantoprazol", "Pantoprazole";
    IBUPROFEN = "M01AE01", "Ibuprofen", "Ibuprofène";
    PARACETAMOL = "N02BE01", "Paracetamol", "Paracétamol";
    METAMIZOL = "N02BB02", "Metamizol", "Métamizole";
    TILIDIN = "N02AX51", "Tilidin/Naloxon", "Tilidine/naloxone";
    TRAMADOL = "N02AX02", "Tramadol", "Tramadol";
    PREGABALIN = "N03AX16", "Pregabalin", "Prégabaline";
    SERTRALIN = "N06AB06", "Sertralin", "Sertraline";
    ESCITALOPRAM = "N06AB10", "Escitalopram", "Escitalopram";
    ALLOPURINOL = "M04AA01", "Allopurinol", "Allopurinol";
    PREDNISOLON = "H02AB06", "Prednisolon", "Prednisolone";
    AMOXICILLIN = "J01CA04", "Amoxicillin", "Amoxicilline";
    AZITHROMYCIN = "J01FA10", "Azithromycin", "Azithromycine";
    FOSFOMYCIN = "J01XX01", "Fosfomycin", "Fosfomycine";
    EISEN = "B03AA07", "Eisen(II)-sulfat", "Sulfate ferreux";
    FOLSAEURE = "B03BB01", "Folsäure", "Acide folique";
    VITAMIN_D = "A11CC05", "Colecalciferol (Vitamin D)", "Colécalciférol (vitamine D)";
    ALENDRONAT = "M05BA04", "Alendronsäure", "Acide alendronique";
    TAMSULOSIN = "G04CA02", "Tamsulosin", "Tamsulosine";
    SUMATRIPTAN = "N02CC01", "Sumatriptan", "Sumatriptan";
    MOMETASON = "R01AD09", "Mometason Nasenspray", "Mométasone, spray nasal";
    CETIRIZIN = "R06AE07", "Cetirizin", "Cétirizine";
    MACROGOL = "A06AD65", "Macrogol", "Macrogol";
    LATANOPROST = "S01EE01", "Latanoprost Augentropfen", "Latanoprost, collyre";
    HYDROCORTISON_CREME = "D07AA02", "Hydrocortison-Creme", "Hydrocortisone, crème";
    XYLOMETAZOLIN = "R01AA07", "Xylometazolin Nasenspray", "Xylométazoline, spray nasal";
}
