//! How far the making of a demo has come, and for which day.
//!
//! State: DIR/demo-progress.json.

use crate::data_dir::{DataDir, replace_private};
use crate::failure::Failure;
use salus_people::calendar::Day;
use serde::{Deserialize, Serialize};

/// What is there of each cell.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Progress {
    /// So many patients.
    pub(super) patients: u32,
    /// The day on which their lives were written down; it stays, so that what is sent again is the same.
    #[serde(default)]
    pub(super) day: Option<Day>,
    /// The last day that has its appointments, tasks and arrivals.
    #[serde(default)]
    agenda: Option<Day>,
    /// Those appointments are of the first so many patients; it stays, so that who was booked comes.
    #[serde(default)]
    comers: u32,
}

impl Progress {
    /// What was written last; for a new demo, nothing, on this day.
    pub(super) fn read(data: &DataDir, today: Day) -> Self {
        let text = std::fs::read(data.path().join("demo-progress.json")).ok();
        let read: Self = text.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default();
        match read.day {
            Some(_) => read,
            None => Self { day: Some(today), ..Self::default() },
        }
    }

    /// Whether that day's appointments are missing, and of how many patients they are.
    pub(super) fn missing_day(&self, today: Day) -> Option<u64> {
        (self.agenda.is_none_or(|day| day < today) && self.comers > 0).then_some(u64::from(self.comers))
    }

    /// So many patients are there.
    pub(super) fn made_patients(&mut self, patients: u32) {
        self.patients = self.patients.max(patients);
        if self.comers == 0 {
            self.comers = patients;
        }
    }

    /// That day is there.
    pub(super) fn made_day(&mut self, today: Day) {
        self.agenda = Some(today);
    }

    pub(super) fn write(&self, data: &DataDir) -> Result<(), Failure> {
        let text = serde_json::to_string(self).unwrap_or_default();
        replace_private(&data.path().join("demo-progress.json"), text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::Progress;

    #[test]
    fn a_day_is_made_once_and_for_those_who_were_there_first() {
        let mut progress = Progress { day: Some(7), ..Progress::default() };
        assert_eq!(progress.missing_day(7), None, "nobody is there yet");
        progress.made_patients(20);
        assert_eq!(progress.missing_day(7), Some(20));
        progress.made_day(7);
        progress.made_patients(30);
        assert_eq!([progress.missing_day(7), progress.missing_day(6)], [None, None]);
        assert_eq!((progress.missing_day(8), progress.patients), (Some(20), 30));
    }
}
