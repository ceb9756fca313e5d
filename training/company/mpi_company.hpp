#pragma once

#include "training/company/company.hpp"

namespace training {

// The processes that Open MPI's mpirun started this one with:
//
//     mpirun -n 4 tilth train news --model logistic
//
// The first runs the command and is the only one that touches the database; the others serve it.
// Each function here is called by one thread, and none by the way of a program that mpirun did not
// start.

// Whether mpirun started this process as another than the first of several.
bool is_mpi_helper();

// Whether mpirun started this process as the first of several.
bool has_mpi_helpers();

// Of the first: joins the others; without others nothing. Throws base::Error in one line if the
// module that speaks MPI is not there.
void join_mpi();
// nullptr: this process is alone.
Company* company_of_process();
// Sends the others home. False if the company is broken, so that they wait and nothing ends them
// but the end of this process without destructors (std::_Exit).
bool end_mpi();

// Of the others: learns with the first whatever it learns, until it ends. Throws base::Error in one
// line that names the process. Returns false where the module is not there, as the first says.
bool serve_mpi();

}  // namespace training
