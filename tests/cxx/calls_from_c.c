/* The transform of the C interface that the C++ interface is compared with. */
#include <heffte.h>
#include <stddef.h>

heffte_plan plan_from_c(int n);
void forward_from_c(heffte_plan plan, void const *input, void *output, void *workspace);

heffte_plan plan_from_c(int n) {
    int const low[3] = {0, 0, 0}, high[3] = {n - 1, n - 1, n - 1};
    heffte_plan plan;
    heffte_plan_create(Heffte_BACKEND_STOCK, low, high, NULL, low, high, NULL, MPI_COMM_SELF, NULL, &plan);
    return plan;
}

void forward_from_c(heffte_plan plan, void const *input, void *output, void *workspace) {
    heffte_forward_z2z_buffered(plan, input, output, workspace, Heffte_SCALE_NONE);
}
