#pragma once

#include "base/error.hpp"

namespace base {

// What was named is not there, so that whoever asks over HTTP is answered 404. Exit code 1, as of
// every Error.
class NotFound : public Error {
public:
    using Error::Error;
};

}  // namespace base
