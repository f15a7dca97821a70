//! What kind of thing somebody learns from a record, by its type: docs/incident.md has the table.
//!
//! Never: looks into a record. State: none.

use salus_fhir::ResourceType;

/// A kind of thing that was learnt of a patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Category {
    /// Names, birth date, sex, identifiers.
    Identity,
    /// Addresses, telephone, relatives.
    Contact,
    /// Who treats them, where and when.
    TreatingDoctor,
    /// Medication and other prescriptions.
    Prescriptions,
    /// Diagnoses, risks, allergies.
    Diagnoses,
    /// Whether and when they died.
    Death,
    /// Insurance, claims, payments.
    Insurance,
    /// Findings of laboratory, measurements, images.
    Results,
    /// Letters, forms, notes, and whatever is in none of the others.
    Documents,
}

impl Category {
    /// All of them, in the order in which they are reported.
    pub const ALL: [Self; 9] = [
        Self::Identity,
        Self::Contact,
        Self::TreatingDoctor,
        Self::Prescriptions,
        Self::Diagnoses,
        Self::Death,
        Self::Insurance,
        Self::Results,
        Self::Documents,
    ];

    /// Its name in machine-readable reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Contact => "contact",
            Self::TreatingDoctor => "treating-doctor",
            Self::Prescriptions => "prescriptions",
            Self::Diagnoses => "diagnoses",
            Self::Death => "death",
            Self::Insurance => "insurance",
            Self::Results => "results",
            Self::Documents => "documents",
        }
    }
}

/// A set of categories.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Categories(u16);

impl Categories {
    /// Of these.
    pub fn of(all: &[Category]) -> Self {
        Self(all.iter().fold(0, |bits, category| bits | 1 << *category as u16))
    }

    /// With those of another set.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those that are in it.
    pub fn iter(self) -> impl Iterator<Item = Category> {
        Category::ALL.into_iter().filter(move |category| self.0 >> *category as u16 & 1 == 1)
    }

    /// Their names.
    pub fn names(self) -> Vec<&'static str> {
        self.iter().map(Category::name).collect()
    }
}

/// What a whole record of a type tells; a type that is not known tells what any document may.
pub fn of_body(kind: Option<ResourceType>) -> Categories {
    use Category::{
        Contact, Death, Diagnoses, Documents, Identity, Insurance, Prescriptions, Results, TreatingDoctor,
    };
    let all: &[Category] = match kind.map(ResourceType::name).unwrap_or_default() {
        "Patient" => &[Identity, Contact, TreatingDoctor, Death],
        "RelatedPerson" | "Person" => &[Identity, Contact],
        "Encounter" | "Appointment" | "AppointmentResponse" | "CareTeam" | "EpisodeOfCare" => {
            &[TreatingDoctor]
        }
        "ServiceRequest" | "CarePlan" => &[TreatingDoctor, Diagnoses],
        "MedicationRequest"
        | "MedicationStatement"
        | "MedicationDispense"
        | "MedicationAdministration"
        | "VisionPrescription"
        | "NutritionOrder"
        | "DeviceRequest"
        | "SupplyRequest" => &[Prescriptions],
        "Condition"
        | "ClinicalImpression"
        | "DetectedIssue"
        | "AllergyIntolerance"
        | "FamilyMemberHistory"
        | "RiskAssessment"
        | "AdverseEvent"
        | "Flag" => &[Diagnoses],
        "Coverage"
        | "CoverageEligibilityRequest"
        | "CoverageEligibilityResponse"
        | "EnrollmentRequest"
        | "EnrollmentResponse"
        | "Account"
        | "Invoice" => &[Insurance],
        "Claim" | "ClaimResponse" | "ExplanationOfBenefit" | "ChargeItem" => &[Insurance, Diagnoses],
        "Observation" | "DiagnosticReport" | "ImagingStudy" | "Specimen" | "Media" | "MolecularSequence"
        | "BodyStructure" | "Immunization" | "Procedure" => &[Results],
        _ => &[Documents],
    };
    Categories::of(all)
}

/// What the line of a record of a type tells, as lists show it.
pub fn of_line(kind: Option<ResourceType>) -> Categories {
    match kind.map(ResourceType::name) {
        Some("Appointment") => Categories::of(&[Category::TreatingDoctor]),
        _ => Categories::of(&[Category::Identity]),
    }
}

#[cfg(test)]
mod tests {
    use super::{Categories, Category, of_body, of_line};
    use salus_fhir::ResourceType;

    #[test]
    fn a_line_tells_less_than_the_record() {
        let patient = ResourceType::from_name("Patient");
        assert_eq!(of_line(patient).names(), ["identity"]);
        assert_eq!(of_body(patient).names(), ["identity", "contact", "treating-doctor", "death"]);
        assert_eq!(of_body(ResourceType::from_name("Coverage")).names(), ["insurance"]);
        assert_eq!(of_body(None).names(), ["documents"]);
    }

    #[test]
    fn every_type_is_named_as_r4_does_and_every_category_is_told_by_one() {
        let all = ResourceType::all().fold(Categories::default(), |all, kind| all.with(of_body(Some(kind))));
        assert_eq!(all, Categories::of(&Category::ALL));
        let source = include_str!("category.rs");
        let table = source.split("pub fn of_body").nth(1).unwrap().split("pub fn of_line").next().unwrap();
        let names = table.split('"').skip(1).step_by(2);
        let unknown: Vec<&str> = names.filter(|name| ResourceType::from_name(name).is_none()).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }
}
