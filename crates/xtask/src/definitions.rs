//! Makes the compiled table of R4's types.

use std::error::Error;

/// Makes the table.
pub fn run() -> Result<(), Box<dyn Error>> {
    let folder = crate::package::fetch()?;
    println!("from {}", folder.display());
    Ok(())
}
