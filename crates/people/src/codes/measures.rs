//! What is measured: LOINC codes, units as each country's laboratories use them, reference ranges, and what is usual. Data only.

use super::Words;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Measure {
    HbA1c,
    Glucose,
    Creatinine,
    Gfr,
    Potassium,
    Sodium,
    Tsh,
    Inr,
    Ldl,
    Hdl,
    Triglycerides,
    Haemoglobin,
    Leukocytes,
    Platelets,
    Crp,
    Ferritin,
    Alt,
    Ggt,
    UricAcid,
    NtProBnp,
    VitaminD,
    Albuminuria,
    Psa,
    Systolic,
    Diastolic,
    HeartRate,
    Temperature,
    Weight,
    Height,
    HeadCircumference,
    Saturation,
}

/// A code, a unit and how many of it are one of the first.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    /// In UCUM.
    pub(crate) unit: &'static str,
    /// So many of this unit are one of the table's.
    pub(crate) factor: f64,
    pub(crate) digits: usize,
}

/// One line of the table. Values are in the German unit.
#[derive(Debug)]
pub(crate) struct Info {
    pub(crate) measure: Measure,
    pub(crate) loinc: [&'static str; 2],
    pub(crate) display: Words,
    pub(crate) scale: [Scale; 2],
    /// The reference range of women and of men; a bound that is 0 is none.
    pub(crate) reference: [(f64, f64); 2],
    /// What is usual in women and men.
    pub(crate) usual: [f64; 2],
    /// How far healthy people differ from that, and one person from one day to another, as a share of it.
    pub(crate) spread: f64,
    pub(crate) noise: f64,
}

impl Measure {
    pub(crate) fn info(self) -> &'static Info {
        // Each measure has its line; a test says so.
        ALL.iter().find(|info| info.measure == self).unwrap_or(&ALL[0])
    }
}

/// Codes of panels, which have no value of their own.
pub(crate) const BLOOD_PRESSURE: &str = "85354-9";
/// A laboratory's report.
pub(crate) const LABORATORY_REPORT: &str = "11502-2";
/// All of these.
#[cfg(test)]
pub(crate) const OTHERS: &[&str] = &[BLOOD_PRESSURE, LABORATORY_REPORT];

const fn same(unit: &'static str, digits: usize) -> [Scale; 2] {
    [Scale { unit, factor: 1.0, digits }; 2]
}

const fn scales(german: (&'static str, usize), french: (&'static str, f64, usize)) -> [Scale; 2] {
    [
        Scale { unit: german.0, factor: 1.0, digits: german.1 },
        Scale { unit: french.0, factor: french.1, digits: french.2 },
    ]
}

#[rustfmt::skip]
#[allow(clippy::too_many_arguments)]
const fn line(
    measure: Measure, loinc: [&'static str; 2], display: Words, scale: [Scale; 2], reference: [(f64, f64); 2], usual: [f64; 2],
    spread: f64, noise: f64,
) -> Info {
    Info { measure, loinc, display, scale, reference, usual, spread, noise }
}

/// The table.
#[rustfmt::skip]
pub(crate) static ALL: &[Info] = &[
    line(Measure::HbA1c, ["4548-4"; 2], ["HbA1c", "HbA1c"], same("%", 1), [(0.0, 6.0); 2], [5.4, 5.4], 0.04, 0.015),
    line(Measure::Glucose, ["2345-7"; 2], ["Glukose", "Glycémie"], scales(("mg/dL", 0), ("g/L", 0.01, 2)), [(70.0, 99.0); 2], [88.0, 90.0], 0.05, 0.05),
    line(Measure::Creatinine, ["2160-0", "14682-9"], ["Kreatinin", "Créatinine"], scales(("mg/dL", 2), ("umol/L", 88.4, 0)), [(0.5, 0.95), (0.7, 1.2)], [0.72, 0.9], 0.08, 0.03),
    line(Measure::Gfr, ["98979-8"; 2], ["eGFR (CKD-EPI)", "DFG estimé (CKD-EPI)"], same("mL/min/{1.73_m2}", 0), [(60.0, 0.0); 2], [95.0, 95.0], 0.0, 0.0),
    line(Measure::Potassium, ["2823-3"; 2], ["Kalium", "Potassium"], same("mmol/L", 1), [(3.5, 5.1); 2], [4.2, 4.3], 0.04, 0.03),
    line(Measure::Sodium, ["2951-2"; 2], ["Natrium", "Sodium"], same("mmol/L", 0), [(136.0, 145.0); 2], [140.0, 140.0], 0.008, 0.007),
    line(Measure::Tsh, ["3016-3"; 2], ["TSH", "TSH"], same("m[IU]/L", 2), [(0.4, 4.0); 2], [1.7, 1.6], 0.3, 0.1),
    line(Measure::Inr, ["6301-6"; 2], ["INR", "INR"], same("1", 1), [(0.9, 1.1); 2], [1.0, 1.0], 0.03, 0.03),
    line(Measure::Ldl, ["18262-6"; 2], ["LDL-Cholesterin", "LDL-cholestérol"], scales(("mg/dL", 0), ("g/L", 0.01, 2)), [(0.0, 130.0); 2], [108.0, 114.0], 0.12, 0.04),
    line(Measure::Hdl, ["2085-9"; 2], ["HDL-Cholesterin", "HDL-cholestérol"], scales(("mg/dL", 0), ("g/L", 0.01, 2)), [(45.0, 0.0), (40.0, 0.0)], [60.0, 52.0], 0.12, 0.04),
    line(Measure::Triglycerides, ["2571-8"; 2], ["Triglyzeride", "Triglycérides"], scales(("mg/dL", 0), ("g/L", 0.01, 2)), [(0.0, 150.0); 2], [105.0, 120.0], 0.2, 0.12),
    line(Measure::Haemoglobin, ["718-7"; 2], ["Hämoglobin", "Hémoglobine"], same("g/dL", 1), [(12.0, 16.0), (13.5, 17.5)], [13.6, 15.1], 0.04, 0.02),
    line(Measure::Leukocytes, ["6690-2"; 2], ["Leukozyten", "Leucocytes"], same("10*3/uL", 1), [(4.0, 10.0); 2], [6.6, 6.6], 0.14, 0.08),
    line(Measure::Platelets, ["777-3"; 2], ["Thrombozyten", "Plaquettes"], same("10*3/uL", 0), [(150.0, 400.0); 2], [262.0, 240.0], 0.14, 0.05),
    line(Measure::Crp, ["1988-5"; 2], ["CRP", "CRP"], same("mg/L", 1), [(0.0, 5.0); 2], [1.8, 1.7], 0.4, 0.3),
    line(Measure::Ferritin, ["2276-4"; 2], ["Ferritin", "Ferritine"], same("ng/mL", 0), [(15.0, 150.0), (30.0, 300.0)], [62.0, 140.0], 0.3, 0.06),
    line(Measure::Alt, ["1742-6"; 2], ["GPT (ALT)", "ALAT (TGP)"], same("U/L", 0), [(0.0, 35.0), (0.0, 50.0)], [19.0, 25.0], 0.2, 0.1),
    line(Measure::Ggt, ["2324-2"; 2], ["Gamma-GT", "Gamma-GT"], same("U/L", 0), [(0.0, 40.0), (0.0, 60.0)], [20.0, 30.0], 0.25, 0.1),
    line(Measure::UricAcid, ["3084-1"; 2], ["Harnsäure", "Acide urique"], scales(("mg/dL", 1), ("mg/L", 10.0, 0)), [(2.4, 5.7), (3.4, 7.0)], [4.4, 5.5], 0.1, 0.04),
    line(Measure::NtProBnp, ["33762-6"; 2], ["NT-proBNP", "NT-proBNP"], same("pg/mL", 0), [(0.0, 125.0); 2], [70.0, 60.0], 0.3, 0.08),
    line(Measure::VitaminD, ["1989-3"; 2], ["Vitamin D (25-OH)", "Vitamine D (25-OH)"], same("ng/mL", 0), [(20.0, 60.0); 2], [27.0, 28.0], 0.2, 0.08),
    line(Measure::Albuminuria, ["14959-1"; 2], ["Albumin/Kreatinin im Urin", "Albuminurie/créatininurie"], scales(("mg/g", 0), ("mg/g", 1.0, 0)), [(0.0, 30.0); 2], [8.0, 8.0], 0.3, 0.1),
    line(Measure::Psa, ["2857-1"; 2], ["PSA", "PSA"], same("ng/mL", 1), [(0.0, 4.0); 2], [0.0, 1.6], 0.3, 0.06),
    line(Measure::Systolic, ["8480-6"; 2], ["Systolisch", "Systolique"], same("mm[Hg]", 0), [(0.0, 139.0); 2], [114.0, 118.0], 0.05, 0.035),
    line(Measure::Diastolic, ["8462-4"; 2], ["Diastolisch", "Diastolique"], same("mm[Hg]", 0), [(0.0, 89.0); 2], [72.0, 74.0], 0.05, 0.04),
    line(Measure::HeartRate, ["8867-4"; 2], ["Puls", "Pouls"], same("/min", 0), [(50.0, 100.0); 2], [72.0, 69.0], 0.09, 0.06),
    line(Measure::Temperature, ["8310-5"; 2], ["Temperatur", "Température"], same("Cel", 1), [(36.0, 37.5); 2], [36.7, 36.7], 0.004, 0.005),
    line(Measure::Weight, ["29463-7"; 2], ["Gewicht", "Poids"], same("kg", 1), [(0.0, 0.0); 2], [66.0, 81.0], 0.0, 0.006),
    line(Measure::Height, ["8302-2"; 2], ["Größe", "Taille"], same("cm", 0), [(0.0, 0.0); 2], [166.0, 179.0], 0.0, 0.0),
    line(Measure::HeadCircumference, ["9843-4"; 2], ["Kopfumfang", "Périmètre crânien"], same("cm", 1), [(0.0, 0.0); 2], [47.0, 48.0], 0.0, 0.003),
    line(Measure::Saturation, ["59408-5"; 2], ["Sauerstoffsättigung", "Saturation en oxygène"], same("%", 0), [(94.0, 0.0); 2], [98.0, 98.0], 0.004, 0.005),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_measure_has_its_line() {
        for (info, next) in ALL.iter().zip(ALL.iter().skip(1)) {
            assert!(info.measure < next.measure, "{:?}", info.measure);
            assert_eq!(info.measure.info().measure, info.measure);
        }
        assert_eq!(ALL.last().unwrap().measure, Measure::Saturation);
        assert_eq!(ALL.len(), Measure::Saturation as usize + 1);
    }
}
