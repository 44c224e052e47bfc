#include "garner.h"
int main(void)
{
	return 0;
}
