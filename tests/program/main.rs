//! The program as a user meets it: its house, its command line, its examples and its scenarios.

mod architecture;
mod bad_input;
mod command;
mod golden;
mod results;
mod runs;
mod stop;
