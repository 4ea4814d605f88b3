//! `heffte-bench`.
fn main() {}
