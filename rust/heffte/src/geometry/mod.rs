//! Boxes, orders, process grids and worlds: pure integer geometry, no MPI and no memory of arrays.

mod box3d;
mod distribution;
mod order;
mod process_grid;
mod world;

pub use box3d::Box3d;
pub use distribution::{Distribution, Grid};
pub use order::Order;
pub use process_grid::{make_procgrid, proc_setup_min_surface, split_world};
pub use world::tiled_world;
