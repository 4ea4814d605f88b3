//! What the programs say about their arguments.

use super::Kind;
use super::library::Library;

/// The backends of this build, as heFFTe lists them.
pub fn backends(kind: Kind) -> String {
    Library::all(kind).map(|library| library.name).collect::<Vec<_>>().join(" ")
}

/// The whole text.
pub fn text(kind: Kind) -> String {
    let program = kind.program();
    let backends = backends(kind);
    let backend = Library::all(kind).next().map_or_else(String::new, |library| library.name);
    let r2c =
        if kind == Kind::R2c { "  -r2c_dir <d>             halve dimension d: 0 (default), 1 or 2\n" } else { "" };
    format!(
        "\
Usage: mpiexec -n <ranks> {program} <backend> <precision> <nx> <ny> <nz> [options]

  backend                  one of: {backends}
  precision                float, double, float-long or double-long
  nx ny nz                 points along each dimension

  -reorder, -no-reorder    make lines contiguous before they are transformed, or not
  -a2a, -a2av, -p2p, -p2p_pl
                           exchange by alltoall, alltoallv (default), messages, all messages at once
  -pencils, -slabs         transform lines or planes between exchanges
  -shared-memory, -no-shared-memory
                           whether the ranks of a node read each other's memory (default) or exchange as above
  -threads <n>             threads of each rank
  -no-gpu-aware            hand no memory of a device to MPI; without effect on the CPU
  -mps                     rank r works on device r modulo their number; without effect on the CPU
  -io_pencils              the input in pencils along dimension 0, the output along dimension 2
  -ingrid <a> <b> <c>, -outgrid <a> <b> <c>
                           the grids of processes of the input and the output
  -subcomm <n>             only the first n ranks take part between input and output
  -batch <n>               n transforms at a time
{r2c}  -n1, -n5, -n10, -n50, -nruns<N>
                           repetitions (default 5)
  -no-error                leave the error check out
  -trace                   write what ranks did when to ./{program}_<backend>_<precision><nx>_<ny>_<nz>{{.json,.txt,_<rank>.log}}

Example: mpiexec -n 4 {program} {backend} double 128 128 128 -p2p -pencils
"
    )
}
