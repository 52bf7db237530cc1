#include "runtime/toolchain/diagnostics.hpp"
