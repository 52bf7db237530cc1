#include "runtime/toolchain/cxx.hpp"
