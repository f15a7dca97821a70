//! Whether a value is as its key says it must be. Pure.

use super::keys::Kind;
use std::net::SocketAddr;
use toml::Value;
use toml::de::DeValue;

/// Whether a value of the file is of the kind, and within its bounds.
pub fn fits(kind: Kind, value: &DeValue<'_>) -> bool {
    match (kind, value) {
        (Kind::Text | Kind::Path, DeValue::String(_)) | (Kind::Switch, DeValue::Boolean(_)) => true,
        (Kind::Address, DeValue::String(text)) => text.parse::<SocketAddr>().is_ok(),
        (Kind::Choice(words), DeValue::String(text)) => words.contains(&text.as_ref()),
        (Kind::Number(first, last), DeValue::Integer(number)) => {
            i64::from_str_radix(number.as_str(), number.radix())
                .is_ok_and(|number| (first..=last).contains(&number))
        }
        (Kind::List, DeValue::Array(items)) => items.iter().all(|item| item.get_ref().is_str()),
        _ => false,
    }
}

/// The value that an environment variable's text stands for; none when it does not fit. A list has commas between its items.
pub fn of_text(kind: Kind, text: &str) -> Option<Value> {
    let own = || Value::String(text.to_owned());
    match kind {
        Kind::Text | Kind::Path => Some(own()),
        Kind::Address => text.parse::<SocketAddr>().ok().map(|_| own()),
        Kind::Choice(words) => words.contains(&text).then(own),
        Kind::Number(first, last) => {
            text.parse().ok().filter(|number| (first..=last).contains(number)).map(Value::Integer)
        }
        Kind::Switch => text.parse().ok().map(Value::Boolean),
        Kind::List => {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            Some(Value::Array(items.map(|item| Value::String(item.to_owned())).collect()))
        }
    }
}
