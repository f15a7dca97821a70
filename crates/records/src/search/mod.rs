//! search-type, search-system and search in a compartment: from a query to the records that answer it.
//!
//! A query is read ([`plan`]), evaluated by the index through the keyholder, which charges and logs it, and what was found is
//! opened like anything that is read ([`page`]), with what it includes ([`include`]).
//!
//! Never: evaluates anything here; tells what was not admitted. State: the key of the links to next pages.

mod alone;
mod care;
mod compartments;
mod continuation;
mod convert;
mod include;
pub(crate) mod one;
mod page;
mod plan;
mod stored;
mod subset;

pub use alone::conditions;
pub use compartments::is_compartment;
pub(crate) use continuation::Links;
pub(crate) use page::id_of;
pub use page::{Mode, Page, PageEntry, search, search_on};
pub use plan::SearchAsk;
