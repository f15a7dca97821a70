//! The types of the house: those that concern no patient by what they are.
//!
//! An allowlist. A type that is not in it belongs to the patients it names, or counts as a patient of its own, so
//! forgetting one costs convenience and not privacy. In it are the people, places and services of the house
//! (Practitioner, Location, Slot, ...), definitions and terminologies (Questionnaire, ValueSet, ...), goods as such
//! (Medication, Substance, ...) and studies as such. Left out with care, since R4 lets them say something of one
//! person without a reference:
//!
//! - Binary, Bundle, Parameters, Basic, Linkage, MessageHeader, OperationOutcome: they hold or speak of anything.
//! - Device, DeviceMetric, BiologicallyDerivedProduct, Specimen: a thing that may be in or from a patient.
//! - Task, Contract, PaymentNotice, PaymentReconciliation, EnrollmentResponse, GuidanceResponse, VerificationResult:
//!   they deal with somebody.
//! - Person, RelatedPerson, Group: people who are patients, or theirs.
//! - Subscription: its criteria may name a patient.

use crate::ResourceType;

/// In alphabetical order.
const HOUSE: [&str; 64] = [
    "ActivityDefinition",
    "CapabilityStatement",
    "CatalogEntry",
    "ChargeItemDefinition",
    "CodeSystem",
    "CompartmentDefinition",
    "ConceptMap",
    "DeviceDefinition",
    "EffectEvidenceSynthesis",
    "Endpoint",
    "EventDefinition",
    "Evidence",
    "EvidenceVariable",
    "ExampleScenario",
    "GraphDefinition",
    "HealthcareService",
    "ImplementationGuide",
    "InsurancePlan",
    "Library",
    "Location",
    "Measure",
    "Medication",
    "MedicationKnowledge",
    "MedicinalProduct",
    "MedicinalProductAuthorization",
    "MedicinalProductContraindication",
    "MedicinalProductIndication",
    "MedicinalProductIngredient",
    "MedicinalProductInteraction",
    "MedicinalProductManufactured",
    "MedicinalProductPackaged",
    "MedicinalProductPharmaceutical",
    "MedicinalProductUndesirableEffect",
    "MessageDefinition",
    "NamingSystem",
    "ObservationDefinition",
    "OperationDefinition",
    "Organization",
    "OrganizationAffiliation",
    "PlanDefinition",
    "Practitioner",
    "PractitionerRole",
    "Questionnaire",
    "ResearchDefinition",
    "ResearchElementDefinition",
    "ResearchStudy",
    "RiskEvidenceSynthesis",
    "Schedule",
    "SearchParameter",
    "Slot",
    "SpecimenDefinition",
    "StructureDefinition",
    "StructureMap",
    "Substance",
    "SubstanceNucleicAcid",
    "SubstancePolymer",
    "SubstanceProtein",
    "SubstanceReferenceInformation",
    "SubstanceSourceMaterial",
    "SubstanceSpecification",
    "TerminologyCapabilities",
    "TestReport",
    "TestScript",
    "ValueSet",
];

/// True for a type of the house, which a cell's house compartment may hold.
pub fn is_of_the_house(kind: ResourceType) -> bool {
    HOUSE.binary_search(&kind.name()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_order_and_names_types() {
        assert!(HOUSE.is_sorted());
        assert!(HOUSE.iter().all(|name| ResourceType::from_name(name).is_some()));
    }

    #[test]
    fn no_type_of_the_house_must_have_a_patient() {
        let table = crate::definitions::get();
        for kind in HOUSE.iter().filter_map(|name| ResourceType::from_name(name)) {
            let subject = table.elements(table.resource(kind)).iter().find(|element| element.subject);
            assert!(subject.is_none(), "{kind}: {subject:?}");
        }
    }
}
