#pragma once

#include "base/error.hpp"

namespace schema {

// The place of blobs could not be reached, read or written: a folder that is not mounted, full or
// locked, a bucket that does not answer or lets nobody in. The same may be asked again when that is
// mended.
class BlobsAway : public base::Error {
public:
    using Error::Error;
};

}  // namespace schema
