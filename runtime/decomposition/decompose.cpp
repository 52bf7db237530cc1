#include "runtime/decomposition/decompose.hpp"
