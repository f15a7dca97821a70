//! The people who work in the demo's practices, with one-time links: to create a passkey, or, in the demo only, to look round without one.
//!
//! State: none; the people are the keyholder's.

use crate::admin::Administration;
use crate::admin::person::{invited, link, list};
use crate::failure::Failure;
use crate::messages::say;
use salus_fhir::Language;
use salus_people::{Locale, World};
use salus_trust_api::wire::people::{NewPerson, PeopleAsk, PersonInfo};
use serde::{Deserialize, Serialize};

/// A person, in DIR/demo.json.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DemoPerson {
    /// Their name.
    pub name: String,
    /// Their role's name.
    pub role: String,
    /// The Practitioner that they are.
    pub practitioner: Option<String>,
    /// To create a passkey; none for somebody who has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// To look round without one.
    pub look_round: String,
}

/// Makes those who are missing, and links for all.
pub fn prepare(
    administration: &mut Administration,
    door_url: &str,
    cell: &str,
    (locale, world): (Locale, &World),
) -> Result<Vec<DemoPerson>, Failure> {
    let there = list(administration, Some(cell.to_owned()))?;
    wanted(locale, world)
        .into_iter()
        .map(|person| {
            let known = there.iter().find(|known| known.name == person.name && known.role == person.role);
            one(administration, door_url, cell, person, known)
        })
        .collect()
}

fn one(
    administration: &mut Administration,
    door_url: &str,
    cell: &str,
    person: NewPerson,
    known: Option<&PersonInfo>,
) -> Result<DemoPerson, Failure> {
    let (name, role, practitioner) = (person.name.clone(), person.role.clone(), person.practitioner.clone());
    let (principal, link_to_passkey) = match known {
        Some(known) if !known.passkeys.is_empty() => (known.principal, None),
        Some(known) => {
            let invited = invited(administration, PeopleAsk::Invite { principal: known.principal })?;
            (known.principal, Some(link(door_url, &invited.secret)))
        }
        None => {
            let ask = PeopleAsk::Add { cell: Some(cell.to_owned()), person };
            let invited = invited(administration, ask)?;
            (invited.principal, Some(link(door_url, &invited.secret)))
        }
    };
    let round = invited(administration, PeopleAsk::LookRound { principal })?;
    Ok(DemoPerson {
        name,
        role,
        practitioner,
        link: link_to_passkey,
        look_round: link(door_url, &round.secret),
    })
}

/// The practice's first physician and first medical assistant; and somebody who administers and treats nobody.
fn wanted(locale: Locale, world: &World) -> Vec<NewPerson> {
    let (administrator, language) = match locale {
        Locale::German => ("Jutta Brandt", "de"),
        Locale::French => ("Hélène Garnier", "fr"),
    };
    let person = |name: &str, role: &str, practitioner| NewPerson {
        name: name.to_owned(),
        role: role.to_owned(),
        budgets: None,
        practitioner,
        language: Some(language.to_owned()),
    };
    let staff = world.staff();
    let first = |is_physician: bool| staff.iter().find(move |one| one.is_physician == is_physician);
    let known = [("physician", first(true)), ("medical-assistant", first(false))];
    let known = known.into_iter().filter_map(|(role, one)| Some((role, one?)));
    let mut wanted: Vec<_> = known.map(|(role, one)| person(&one.name, role, Some(one.id.clone()))).collect();
    wanted.push(person(administrator, "practice-administrator", None));
    wanted
}

/// Says the links, on stderr: stdout has one line.
pub fn announce(cell: &str, people: &[DemoPerson], language: Language) {
    eprintln!("\n{cell}");
    for person in people {
        if let Some(link) = &person.link {
            let (name, role) = (&person.name, &person.role);
            let said = say("demo-passkey").with("name", name).with("role", role).with("link", link);
            eprintln!("  {}", said.text(language));
        }
        let (name, role, link) = (&person.name, &person.role, &person.look_round);
        let said = say("demo-look-round").with("name", name).with("role", role).with("link", link);
        eprintln!("  {}", said.text(language));
    }
}

#[cfg(test)]
mod tests {
    use super::{Locale, World, wanted};
    use salus_people::calendar::local;

    #[test]
    fn the_physician_is_the_practices_own() {
        for locale in [Locale::German, Locale::French] {
            let world = World::new(locale, 1, local(1_795_000_000_000).0);
            let people = wanted(locale, &world);
            assert_eq!(people.len(), 3);
            let staff = world.staff();
            let physician = staff.iter().find(|one| one.is_physician).unwrap();
            assert_eq!(people[0].practitioner.as_deref(), Some(physician.id.as_str()));
            assert_eq!((&people[0].name, people[0].role.as_str()), (&physician.name, "physician"));
        }
    }
}
