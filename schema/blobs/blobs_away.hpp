#pragma once

#include "base/error.hpp"

namespace schema {

// The directory of blobs could not be read or written: it is not mounted, full, or locked. The same
// may be asked again when that is mended.
class BlobsAway : public base::Error {
public:
    using Error::Error;
};

}  // namespace schema
