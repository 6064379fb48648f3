//! The command line of tierwise.

fn main() -> std::process::ExitCode {
    tierwise::Program::new().main()
}
