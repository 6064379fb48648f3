//! tierwise
