//! How an invented patient is like others: what the index of a cell is asked before one is made, and which of those that were drawn are taken.
//!
//! Never: makes anybody. State: none.

use super::canary::Invented;
use super::unexpected;
use crate::failure::Failure;
use salus_fhir::ResourceType;
use salus_fhir::search::escaped;
use salus_records::search_conditions;
use salus_trust_api::wire::alarms::{Alike, Likeness};
use salus_trust_api::wire::query::Condition;
use serde_json::Value;

/// So often others are drawn in the place of those that are like somebody.
pub const MAX_DRAWS: usize = 8;

/// Names and values of a query.
type Asked = Vec<(&'static str, String)>;

/// A person of a bundle, by what others would be taken for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looks {
    family: String,
    given: String,
    birth: Option<String>,
    numbers: Vec<String>,
    addresses: Vec<(String, String)>,
}

impl Looks {
    /// Of the Patient of that id in a bundle; none where it has no name.
    pub fn of(bundle: &str, patient: &str) -> Option<Self> {
        let bundle: Value = serde_json::from_str(bundle).ok()?;
        let resources = bundle.get("entry")?.as_array()?.iter().filter_map(|entry| entry.get("resource"));
        let is_it = |one: &&Value| one["resourceType"] == "Patient" && one["id"] == patient;
        let person = resources.into_iter().find(is_it)?;
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let all = |name: &str| person[name].as_array().map_or(&[][..], Vec::as_slice);
        let name = all("name").first()?;
        Some(Self {
            family: text(&name["family"])?,
            given: text(&name["given"][0])?,
            birth: text(&person["birthDate"]),
            numbers: all("identifier").iter().filter_map(|number| text(&number["value"])).collect(),
            addresses: all("address")
                .iter()
                .filter_map(|address| Some((text(&address["line"][0])?, text(&address["postalCode"])?)))
                .collect(),
        })
    }

    /// The family's name.
    pub fn family(&self) -> &str {
        &self.family
    }

    /// What the index is asked.
    pub fn question(&self) -> Result<Likeness, Failure> {
        let (family, given) = (("family", self.family.clone()), ("given", self.given.clone()));
        let mut twins: Vec<Asked> = vec![vec![family.clone(), given.clone()]];
        for name in self.birth.iter().flat_map(|_| [family.clone(), given.clone()]) {
            let birth = self.birth.clone().unwrap_or_default();
            twins.push(vec![("birthdate", birth), name]);
        }
        twins.extend(self.numbers.iter().map(|number| vec![("identifier", number.clone())]));
        for (line, code) in &self.addresses {
            twins.push(vec![("address", line.clone()), ("address-postalcode", code.clone())]);
        }
        let twins: Option<Vec<Condition>> = twins.into_iter().map(all_of).collect();
        let question = twins.map(Condition::Any).zip(all_of(vec![family]));
        let (twin, namesake) = question.ok_or_else(unexpected)?;
        Ok(Likeness { twin, namesake })
    }
}

fn all_of(asked: Asked) -> Option<Condition> {
    let kind = ResourceType::from_name("Patient")?;
    let as_value = |(name, value): (&str, String)| (name.to_owned(), escaped(&value));
    let asked: Vec<(String, String)> = asked.into_iter().map(as_value).collect();
    search_conditions(kind, &asked).map(Condition::All)
}

/// The best that was drawn for each place.
#[derive(Debug, Default)]
pub struct Chosen(Vec<(Invented, Looks, u32)>);

impl Chosen {
    /// Whether somebody with that family's name is among them: two of them are not each other's namesakes.
    pub fn has(&self, family: &str) -> bool {
        self.0.iter().any(|(_, looks, _)| looks.family == family)
    }

    /// Takes in what the index said of one that was drawn: nobody's twin is taken; and rather one with few namesakes.
    pub fn offer(&mut self, count: usize, (one, looks): (Invented, Looks), alike: Alike) {
        if alike.has_twin || self.has(&looks.family) {
            return;
        }
        if self.0.len() < count {
            return self.0.push((one, looks, alike.namesakes));
        }
        let worst = self.0.iter_mut().max_by_key(|(_, _, namesakes)| *namesakes);
        if let Some(worst) = worst.filter(|(_, _, namesakes)| *namesakes > alike.namesakes) {
            *worst = (one, looks, alike.namesakes);
        }
    }

    /// How many are to be drawn still: for places that are empty, and for those whose name others have.
    pub fn lacks(&self, count: usize) -> usize {
        let shared = self.0.iter().filter(|(_, _, namesakes)| *namesakes > 0).count();
        count.saturating_sub(self.0.len()) + shared
    }

    /// Those that were taken; none when there are fewer.
    pub fn into_all(self, count: usize) -> Option<Vec<Invented>> {
        (self.0.len() == count).then(|| self.0.into_iter().map(|(one, ..)| one).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(family: &str) -> (Invented, Looks) {
        let person = serde_json::json!({
            "resourceType": "Patient",
            "id": family,
            "name": [{"family": family, "given": ["Ada, née|1"]}],
            "birthDate": "1961-03-12",
            "identifier": [{"value": "A123456780"}],
            "address": [{"line": ["Am Markt 1"], "postalCode": "37073"}],
        });
        let bundle = serde_json::json!({"entry": [{"resource": person}]}).to_string();
        let looks = Looks::of(&bundle, family).unwrap();
        (Invented::new(family.to_owned(), bundle), looks)
    }

    fn alike(has_twin: bool, namesakes: u32) -> Alike {
        Alike { has_twin, namesakes }
    }

    #[test]
    fn a_twin_shares_a_number_an_address_or_two_of_names_and_birth_date() {
        let (_, looks) = drawn("Selten");
        let Likeness { twin: Condition::Any(twins), namesake: Condition::All(namesake) } =
            looks.question().unwrap()
        else {
            panic!("not put together so")
        };
        let conditions = |one: &Condition| match one {
            Condition::All(all) => all.len(),
            _ => 0,
        };
        assert_eq!(twins.iter().map(conditions).collect::<Vec<_>>(), [2, 2, 2, 1, 2]);
        assert_eq!(namesake.len(), 1);
        assert_eq!(Looks::of("{}", "x"), None);
    }

    #[test]
    fn nobodys_twin_is_taken_and_rather_one_whom_few_are_called_like() {
        let mut chosen = Chosen::default();
        assert_eq!(chosen.lacks(2), 2);
        chosen.offer(2, drawn("Twin"), alike(true, 0));
        chosen.offer(2, drawn("Oft"), alike(false, 7));
        chosen.offer(2, drawn("Manchmal"), alike(false, 2));
        assert_eq!(chosen.lacks(2), 2, "two are there, and others have their names");
        chosen.offer(2, drawn("Manchmal"), alike(false, 0));
        chosen.offer(2, drawn("Selten"), alike(false, 0));
        chosen.offer(2, drawn("Nie"), alike(false, 3));
        assert_eq!((chosen.lacks(2), chosen.has("Selten"), chosen.has("Oft")), (1, true, false));
        assert_eq!(chosen.into_all(2).map(|all| all.len()), Some(2));
        let mut one = Chosen::default();
        one.offer(2, drawn("Selten"), alike(false, 0));
        assert!(one.into_all(2).is_none(), "fewer than were asked for");
    }
}
