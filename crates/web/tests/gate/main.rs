//! The whole gate in one process: the real keyholder on a real socket, the real store, and the web server, asked over HTTP.

#![allow(clippy::unwrap_used)]

mod accesses;
mod admin;
mod admin_people;
mod alarms;
mod bound;
mod budget_ways;
mod budgets;
mod chart;
mod checks;
mod code_lists;
mod concurrency;
mod conditional;
mod conditions;
mod contain;
mod echo;
mod exports;
mod extractor;
mod formats;
mod histories;
mod indexer;
mod isik;
mod isolation;
mod lifecycle;
mod lines;
mod manners;
mod own_parameters;
mod pages;
mod patch;
mod practice;
mod practice_write;
mod proof;
mod reading;
mod refusals;
mod relation;
mod roles;
mod search;
mod search_agrees;
mod search_gate;
mod search_load;
mod support;
mod synthea;
mod tls;
mod transactions;
mod warnings;
