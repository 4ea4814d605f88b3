// The calls that cxx.md shows, which includes its parts; it is compiled, not run.
#include <heffte.h>

void calls(heffte::box3d<> inbox, heffte::box3d<> outbox, heffte::box3d<> half_outbox, MPI_Comm comm);

void calls(heffte::box3d<> inbox, heffte::box3d<> outbox, heffte::box3d<> half_outbox, MPI_Comm comm) {
    // boxes: begin
    heffte::box3d<> world({0, 0, 0}, {127, 127, 127}); // both corners are inclusive; the order is (0, 1, 2)
    heffte::box3d<long long> large({0, 0, 0}, {4095, 4095, 4095}, {2, 1, 0});
    heffte::box2d<> plane(std::array<int, 2>{{0, 0}}, std::array<int, 2>{{127, 127}});
    // boxes: end
    std::cout << world << large << plane;
    // plans: begin
    using heffte::axis;
    namespace backend = heffte::backend;
    heffte::fft3d<backend::stock> plan(inbox, outbox, comm);                     // complex, or real with all waves
    heffte::fft3d_r2c<backend::stock> real_plan(inbox, half_outbox, 0, comm);    // half of the waves along 0
    heffte::rtransform<backend::stock_cos> cosines(inbox, outbox, comm);         // or stock_sin, stock_cos1, …
    heffte::transform3d<backend::stock> mixed(inbox, half_outbox, {{axis::r2c, axis::cos, axis::sin1}}, comm);
    // plans: end
    std::cout << real_plan << cosines << mixed;
    std::vector<double> container(static_cast<std::size_t>(plan.size_inbox()));
    double const *input = container.data();
    std::complex<double> *output = nullptr, *workspace = nullptr;
    int const batch = 1;
    // transforms: begin
    plan.forward(input, output, heffte::scale::full);            // arrays: pointers
    plan.forward(input, output, workspace, heffte::scale::full); // with a workspace of size_workspace() elements
    plan.forward(batch, input, output, workspace);               // boxes that follow each other in the arrays
    auto spectrum = plan.forward(container);                     // a std::vector of size_outbox() elements
    auto again = plan.backward(spectrum, heffte::scale::full);
    auto real = plan.backward_real(spectrum); // of fft3d: the real part
    // transforms: end
}
