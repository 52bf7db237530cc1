#include "runtime/quality/gates.hpp"
