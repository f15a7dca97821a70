//! What a record is about, by its type: the categories of which a practice's rules speak. docs/roles.md has the table.
//!
//! The type stands in a sealed record's clear header, so the keyholder can hold everybody to the rules without knowing FHIR: it is told these
//! numbers at its start. What a type tells is coarser than what a record says: an Observation is a result, whether it is a blood
//! count or a blood pressure.
//!
//! State: none.

use salus_fhir::{ResourceType, is_of_the_house};
use salus_trust_api::wire::policy::Category;

const IDENTITY: &[&str] = &["Patient", "RelatedPerson", "Person", "Group"];
const NOTES: &[&str] = &[
    "Encounter",
    "EpisodeOfCare",
    "CareTeam",
    "CarePlan",
    "Goal",
    "ClinicalImpression",
    "Communication",
    "CommunicationRequest",
    "ServiceRequest",
    "RequestGroup",
    "Procedure",
    "GuidanceResponse",
];
const DIAGNOSES: &[&str] = &[
    "Condition",
    "AllergyIntolerance",
    "FamilyMemberHistory",
    "RiskAssessment",
    "DetectedIssue",
    "AdverseEvent",
    "Flag",
];
const RESULTS: &[&str] = &[
    "Observation",
    "DiagnosticReport",
    "Specimen",
    "ImagingStudy",
    "Media",
    "MolecularSequence",
    "BodyStructure",
];
const MEDICATION: &[&str] = &[
    "MedicationRequest",
    "MedicationStatement",
    "MedicationDispense",
    "MedicationAdministration",
    "Immunization",
    "ImmunizationEvaluation",
    "ImmunizationRecommendation",
    "VisionPrescription",
    "NutritionOrder",
    "DeviceRequest",
    "DeviceUseStatement",
    "SupplyRequest",
    "SupplyDelivery",
];
const APPOINTMENTS: &[&str] = &["Appointment", "AppointmentResponse", "Task"];
const DOCUMENTS: &[&str] = &[
    "DocumentReference",
    "DocumentManifest",
    "Composition",
    "Bundle",
    "Binary",
    "List",
    "QuestionnaireResponse",
    "Consent",
];
const INSURANCE: &[&str] = &[
    "Coverage",
    "CoverageEligibilityRequest",
    "CoverageEligibilityResponse",
    "EnrollmentRequest",
    "EnrollmentResponse",
    "Account",
    "Invoice",
    "Claim",
    "ClaimResponse",
    "ExplanationOfBenefit",
    "ChargeItem",
    "Contract",
    "PaymentNotice",
    "PaymentReconciliation",
];

/// The category of a type.
pub fn category(kind: ResourceType) -> Category {
    let named = [
        (IDENTITY, Category::Identity),
        (NOTES, Category::Notes),
        (DIAGNOSES, Category::Diagnoses),
        (RESULTS, Category::Results),
        (MEDICATION, Category::Medication),
        (APPOINTMENTS, Category::Appointments),
        (DOCUMENTS, Category::Documents),
        (INSURANCE, Category::Insurance),
    ];
    match named.into_iter().find(|(names, _)| names.contains(&kind.name())) {
        Some((_, category)) => category,
        None if is_of_the_house(kind) => Category::House,
        None => Category::Other,
    }
}

/// The code of each type, with its category.
pub fn categories() -> Vec<(u16, Category)> {
    ResourceType::all().map(|kind| (kind.code(), category(kind))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn types_are_named_as_r4_does_each_once_and_none_of_the_house() {
        let all = [IDENTITY, NOTES, DIAGNOSES, RESULTS, MEDICATION, APPOINTMENTS, DOCUMENTS, INSURANCE];
        let names: Vec<&str> = all.concat();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
        for name in names {
            let kind = ResourceType::from_name(name).unwrap_or_else(|| panic!("{name}"));
            assert!(!is_of_the_house(kind), "{name}");
        }
        let said: BTreeSet<Category> = categories().into_iter().map(|(_, category)| category).collect();
        assert_eq!(said, BTreeSet::from(Category::ALL));
    }
}
