use crate::problem::Problem;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// A flag that `Ctrl-C` and SIGTERM set; a second one of them ends the program at once.
pub fn listen() -> Result<Arc<AtomicBool>, Problem> {
    let asked = Arc::new(AtomicBool::new(false));
    let register = |signal| {
        // In this order: the first signal finds the flag unset.
        flag::register_conditional_shutdown(signal, 128 + signal, asked.clone())?;
        flag::register(signal, asked.clone())
    };
    let all = [SIGINT, SIGTERM].into_iter().try_for_each(|signal| register(signal).map(drop));
    all.map_err(|e| Problem::new(format!("signals cannot be listened to: {e}")))?;
    Ok(asked)
}
