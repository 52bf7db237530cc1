#include "runtime/toolchain/prepare.hpp"
