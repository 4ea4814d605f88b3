//! Boxes, orders, process grids and worlds: pure integer geometry, no MPI and no memory of arrays.

mod box3d;
mod cuts;
mod detect;
mod distribution;
mod grid;
mod irregular;
mod order;
mod process_grid;
mod world;

pub use box3d::Box3d;
pub use cuts::Cuts;
pub(crate) use detect::{Marks, fits, grid_of};
pub use distribution::Distribution;
pub use grid::Grid;
pub use irregular::Irregular;
pub use order::Order;
pub use process_grid::{make_procgrid, proc_setup_min_surface, split_world};
pub use world::tiled_world;
